//! What admins do in the panel, over its API.

mod access;
mod audit;
mod colleagues;
mod cost;
mod notifications;
mod numbers;
mod overview;
mod participants;
mod participants_acts;
mod participants_race;
mod settings;
mod sign_in;
mod stops;
mod stops_race;
mod unreadable;
