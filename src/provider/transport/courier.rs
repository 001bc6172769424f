//! A transport that a task of its own can take along: what must come to its end though nobody waits for it any more goes
//! by it. It knows no account.

use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use http::{Request, Response};

use super::{Limits, Transport, TransportError};

type Exchange = BoxFuture<'static, Result<Response<Vec<u8>>, TransportError>>;

/// Exchanges that borrow nothing and can be moved to another task.
#[derive(Clone)]
pub struct Courier(Arc<dyn Fn(Request<Vec<u8>>, Limits) -> Exchange + Send + Sync>);

impl Courier {
    /// From what makes one exchange.
    pub fn new<F>(exchange: impl Fn(Request<Vec<u8>>, Limits) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Response<Vec<u8>>, TransportError>> + Send + 'static,
    {
        Self(Arc::new(move |request, limits| Box::pin(exchange(request, limits))))
    }
}

impl fmt::Debug for Courier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Courier")
    }
}

impl Transport for Courier {
    async fn exchange(&self, request: Request<Vec<u8>>, limits: Limits) -> Result<Response<Vec<u8>>, TransportError> {
        (self.0)(request, limits).await
    }
}
