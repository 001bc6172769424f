//! Brings a database to the present version, each step in a transaction of its own. Released steps never change:
//! a later need is a later file.

use rusqlite::{Connection, Transaction, TransactionBehavior};

/// Step n leads to version n + 1.
const MIGRATIONS: [&str; 2] = [include_str!("migrations/0001_init.sql"), include_str!("migrations/0002_cursor.sql")];

/// "SeaW": how a database of seawall is told from another program's.
pub(super) const APPLICATION_ID: i32 = 0x5365_6157;

/// The version that this seawall writes.
pub(super) const VERSION: u32 = MIGRATIONS.len() as u32;

pub(super) fn version(db: &Connection) -> rusqlite::Result<u32> {
    db.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Does the steps that are missing.
pub(super) fn migrate(db: &Connection) -> rusqlite::Result<()> {
    while version(db)? < VERSION {
        // The write lock comes first: another process may be doing the same step.
        let transaction = Transaction::new_unchecked(db, TransactionBehavior::Immediate)?;
        let done = version(db)?;
        if let Some(sql) = MIGRATIONS.get(done as usize) {
            db.execute_batch(sql)?;
            db.pragma_update(None, "application_id", APPLICATION_ID)?;
            db.pragma_update(None, "user_version", done + 1)?;
        }
        transaction.commit()?;
    }
    Ok(())
}
