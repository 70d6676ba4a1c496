#include "load/bench/certificate.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>
#include <stdexcept>

namespace stentor::bench {
namespace {

constexpr long kValidS = 3'600;

struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
    void operator()(std::FILE* file) const { std::fclose(file); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

Owned<X509> signed_by(EVP_PKEY& key) {
    Owned<X509> made{X509_new()};
    X509_set_version(made.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), kValidS);
    X509_set_pubkey(made.get(), &key);
    X509_NAME* name = X509_get_subject_name(made.get());
    const unsigned char common[] = "127.0.0.1";
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common, -1, -1, 0);
    X509_set_issuer_name(made.get(), name);
    const Owned<X509_EXTENSION> address{
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1")};
    if (!address || X509_add_ext(made.get(), address.get(), -1) != 1 ||
        X509_sign(made.get(), &key, EVP_sha256()) == 0) {
        throw std::runtime_error{"no certificate could be made"};
    }
    return made;
}

}  // namespace

CertificateFiles make_certificate(const std::filesystem::path& folder) {
    const CertificateFiles files{folder / "certificate.pem", folder / "key.pem"};
    const Owned<EVP_PKEY> key{EVP_EC_gen("P-256")};
    if (!key) throw std::runtime_error{"no key could be made"};
    const Owned<X509> certificate = signed_by(*key);
    const Owned<std::FILE> certificate_out{std::fopen(files.certificate.c_str(), "w")};
    const Owned<std::FILE> key_out{std::fopen(files.key.c_str(), "w")};
    if (!certificate_out || !key_out ||
        PEM_write_X509(certificate_out.get(), certificate.get()) != 1 ||
        PEM_write_PrivateKey(key_out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) !=
            1) {
        throw std::runtime_error{"the certificate cannot be written to " + folder.string()};
    }
    return files;
}

}  // namespace stentor::bench
