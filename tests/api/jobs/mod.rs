//! Jobs: looking at them, and that they are carried out, in their order, whatever ends in the middle.

mod listing;
mod resume;
mod worker;
