//! What follows when somebody writes to one of our numbers; the webhook's own stories stand apart.

mod chat;
mod cost;
mod erasure;
mod inbox;
mod orders;
mod stop;
mod tokens;
