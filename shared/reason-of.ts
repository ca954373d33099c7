import { messageOf } from './errors.ts';

/**
 * What the codes of the system, of TLS and of the HTTP client mean, as the end of a sentence. A
 * person reads these words; the code itself is a word of Node (errno(3), openssl-verify(1), undici
 * `docs/docs/api/Errors.md`).
 */
const meanings: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of its path is a file and not a folder',
  EISDIR: 'it is a folder and not a file',
  EEXIST: 'it exists already',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'its disk is read-only',
  ENOSPC: 'no room is left on its disk',
  EDQUOT: 'the disk quota of this user is used up',
  EFBIG: 'the file would be larger than the system allows',
  EIO: 'its disk reports an error',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open on this machine',
  ELOOP: 'its symbolic links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
  EBUSY: 'it is in use',
  ETXTBSY: 'it is in use',
  ENOMEM: 'there is not enough memory',
  EPIPE: 'the reader has gone',
  ERR_FS_FILE_TOO_LARGE: 'it is too large',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  ECONNABORTED: 'the connection was cut',
  ENOTFOUND: 'no machine has this name',
  EAI_AGAIN: 'the name servers do not answer',
  EAI_FAIL: 'the name servers do not answer',
  EHOSTUNREACH: 'there is no route to this machine',
  EHOSTDOWN: 'the machine is down',
  ENETUNREACH: 'there is no route to this network',
  ENETDOWN: 'the network is down',
  ETIMEDOUT: 'no answer in time',
  EADDRINUSE: 'another program listens there already',
  EADDRNOTAVAIL: 'this machine has no such address',
  EAFNOSUPPORT: 'this machine has no network of this kind',
  UND_ERR_CONNECT_TIMEOUT: 'no answer in time',
  UND_ERR_HEADERS_TIMEOUT: 'no answer in time',
  UND_ERR_BODY_TIMEOUT: 'no answer in time',
  UND_ERR_SOCKET: 'the connection was cut',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'the authority of its certificate is not known here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the authority of its certificate is not known here',
  UNABLE_TO_GET_ISSUER_CERT: 'the authority of its certificate is not known here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the authority of its certificate is not known here',
  CERT_HAS_EXPIRED: 'its certificate has expired, or the clock of this machine is wrong',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet, or the clock of this machine is wrong',
  CERT_REVOKED: 'its certificate is revoked',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  ERR_OSSL_X509_KEY_VALUES_MISMATCH: 'the key belongs to another certificate',
  ERR_OSSL_PEM_NO_START_LINE: 'it is not PEM text',
  ERR_OSSL_NO_START_LINE: 'it is not PEM text',
  ERR_MISSING_PASSPHRASE: 'the key has a passphrase',
};

/** Whole families of codes, by how they begin. */
const families: readonly (readonly [begin: string, meaning: string])[] = [
  ['HPE_', 'it does not speak HTTP'],
  ['ERR_SSL_', 'it does not speak TLS, or not a version that this side accepts'],
  ['EPROTO', 'it does not speak TLS, or not a version that this side accepts'],
  ['CERT_', 'its certificate is not valid'],
  ['ERR_OSSL_', 'the key or certificate is not valid'],
];

/**
 * Says in words why something failed, for the end of a sentence. A text of Node or of the system
 * itself never comes out for a known code; an unknown one is named.
 */
export function reasonOf(thrown: unknown): string {
  const code = systemCodeOf(thrown);
  if (code !== null) return meaningOf(code) ?? `the system reports ${code}`;
  if (thrown instanceof Error && (thrown.name === 'AbortError' || thrown.name === 'TimeoutError'))
    return 'it was given up, because it took too long or was stopped';
  if (thrown instanceof SyntaxError) return 'it is not complete, or not valid JSON';
  return messageOf(thrown);
}

/**
 * The code of the system error that is at the root of what was thrown. Null = it is no error of the
 * system.
 */
export function systemCodeOf(thrown: unknown): string | null {
  const known = errorsIn(thrown).flatMap((error) => {
    const { code } = error as { readonly code?: unknown };
    return typeof code === 'string' ? [code] : [];
  });
  return (
    known.find((code) => meaningOf(code) !== null) ?? known.find((code) => /^E[A-Z]+$/.test(code)) ?? null
  );
}

const meaningOf = (code: string): string | null =>
  Object.hasOwn(meanings, code)
    ? (meanings[code] ?? null)
    : (families.find(([begin]) => code.startsWith(begin))?.[1] ?? null);

/** The error, its causes, and the errors that it collects (one for each address of a host). */
function errorsIn(thrown: unknown, depth = 0): readonly Error[] {
  if (!(thrown instanceof Error) || depth > 5) return [];
  const collected = thrown instanceof AggregateError ? thrown.errors : [];
  return [thrown, ...[thrown.cause, ...collected].flatMap((each) => errorsIn(each, depth + 1))];
}
