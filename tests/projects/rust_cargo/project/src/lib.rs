//! Makes text fit: cut, padded or wrapped to so many characters.

mod cut;
mod pad;
mod wrap;

pub use cut::{ellipsis, truncate};
pub use pad::{center, left, right};
pub use wrap::wrap;
