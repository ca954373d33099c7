/** The SHA-256 that certutil printed; certutil of Windows 7 prints it in pairs of digits. */
export const hashSaid = (text: string): string | null =>
  text
    .split(/\r?\n/)
    .map((line) => line.replaceAll(' ', '').toLowerCase())
    .find((line) => /^[0-9a-f]{64}$/.test(line)) ?? null;

/** A command that succeeds when certutil prints this hash of a file, in either form. */
export const hasHash = (quoted: string, sha256: string): string =>
  `(certutil -hashfile ${quoted} SHA256 2>nul | findstr /i /l /c:"${sha256}" /c:"${inPairs(sha256)}" >nul)`;

const inPairs = (sha256: string): string => sha256.match(/../g)?.join(' ') ?? sha256;
