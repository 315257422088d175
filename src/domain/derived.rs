//! The version of the rules by which stored data follows from other stored data.

/// The version of the rules by which search texts, keys and what else is stored and not in the document follow from the
/// tables. To be raised with every change of them: tenants of an older version (`tenants.derived_version`) are then rebuilt
/// behind the requests once the service has started.
pub const DERIVED_VERSION: i16 = 2;
