//! ALK immunohistochemistry.
pub mod finding;
