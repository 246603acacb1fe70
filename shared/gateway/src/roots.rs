use rustls_pki_types::CertificateDer;
use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

/// The root certificates that every client trusts: Mozilla's list, in DER. They are part of the
/// program, because reading those of the machine took half of a start; and stand here once, because
/// a second copy would be a tenth of a megabyte.
pub static ROOTS: &[CertificateDer<'static>] = TLS_SERVER_ROOT_CERTS;
