//! Google Calendar. Its parts know the service and the port, never the config, the store or a hold.

pub mod oauth;
