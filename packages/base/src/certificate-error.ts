/** As Node has them: what OpenSSL says of a certificate, and a host that the certificate is not for. */
const CODES =
  /^(?:CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERR_TLS_CERT_ALTNAME_INVALID$|HOSTNAME_MISMATCH$|INVALID_(?:CA|PURPOSE)$|PATH_LENGTH_EXCEEDED$)/;

/** Whether a connection failed because the other side's certificate is not good enough: that stays so until somebody changes something. */
export function isCertificateError(error: unknown): boolean {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' && CODES.test(code);
}
