//! Certificates of authorities: who is trusted is for the host to say. Where it says nothing, those that this machine trusts go along.
//!
//! - OpenSSL: SSL_CERT_FILE (SSL_CTX_load_verify_locations(3)).
//! - nixpkgs' patches of OpenSSL, GnuTLS and git: NIX_SSL_CERT_FILE.
//! - curl: CURL_CA_BUNDLE (curl(1), which the program reads, not the library).
//! - git: GIT_SSL_CAINFO (git-config(1), `http.sslCAInfo`).

use std::env;
use std::path::PathBuf;

use super::super::folder::take_all;
use super::super::need::{Needs, in_bundle};
use super::Given;

/// Where systems have them in one file: Go's `crypto/x509/root_linux.go` has the same list.
const OF_HOSTS: [&str; 6] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

const VARIABLES: [&str; 4] = [
    "SSL_CERT_FILE",
    "NIX_SSL_CERT_FILE",
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
];

pub(super) fn apply(given: &Given<'_>, needs: &mut Needs) {
    let asked: Vec<_> = VARIABLES
        .iter()
        .filter(|it| given.seen.iter().any(|seen| seen.says(it)))
        .collect();
    if asked.is_empty() {
        return;
    }
    let mut choices: Vec<String> = OF_HOSTS.iter().map(|it| (*it).into()).collect();
    if let Some(own) = of_this_machine() {
        take_all(needs, &own, "certificates, where the host has none");
        choices.push(in_bundle(&own));
    }
    for variable in asked {
        needs.set_to_first(variable, choices.clone());
    }
}

/// What this machine trusts: what its user says, else its system. Links are followed, for the name may lead through many.
fn of_this_machine() -> Option<PathBuf> {
    let said = ["NIX_SSL_CERT_FILE", "SSL_CERT_FILE"]
        .into_iter()
        .filter_map(env::var_os);
    let mut places = said.map(PathBuf::from).chain(OF_HOSTS.map(PathBuf::from));
    places.find_map(|it| it.canonicalize().ok().filter(|it| it.is_file()))
}
