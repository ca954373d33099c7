/** A message of RFC 5424 as a receiver reads it. */
export interface ReadMessage {
  readonly priority: number;
  readonly at: string;
  readonly host: string;
  readonly app: string;
  readonly kind: string;
  /** The name of the structured data, and its values. */
  readonly data: string;
  readonly params: Readonly<Record<string, string>>;
  readonly text: string;
}

const head =
  /^<(?<priority>\d{1,3})>1 (?<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z) (?<host>[\x21-\x7e]{1,255}) (?<app>[\x21-\x7e]{1,48}) - (?<kind>[\x21-\x7e]{1,32}) \[(?<data>[\x21\x23-\x3c\x3e-\x5c\x5e-\x7e]{1,32})/;

/**
 * Reads a message as strictly as the grammar of RFC 5424 (6) is.
 * @throws for what is no message
 */
export function readSyslog(message: string): ReadMessage {
  const found = head.exec(message);
  if (found?.groups === undefined) throw new Error(`no head: ${message.slice(0, 200)}`);
  const { priority = '', at = '', host = '', app = '', kind = '', data = '' } = found.groups;
  const params: Record<string, string> = {};
  let rest = message.slice(found[0].length);
  for (;;) {
    if (rest.startsWith(']')) break;
    const param = /^ ([\x21\x23-\x3c\x3e-\x5c\x5e-\x7e]{1,32})="((?:[^"\\\]]|\\["\\\]])*)"/.exec(rest);
    if (param === null) throw new Error(`no value: ${rest.slice(0, 200)}`);
    params[param[1] ?? ''] = (param[2] ?? '').replaceAll(/\\(["\\\]])/g, '$1');
    rest = rest.slice(param[0].length);
  }
  if (!rest.startsWith('] \uFEFF')) throw new Error(`no text: ${rest.slice(0, 200)}`);
  return {
    priority: Number(priority),
    at,
    host,
    app,
    kind,
    data,
    params,
    text: rest.slice('] \uFEFF'.length),
  };
}

/**
 * The frames of a stream that count octets (RFC 6587, 3.4.1), and the bytes of one that is not
 * whole.
 * @throws for a frame without its number, and for bytes that are no UTF-8
 */
export function readFrames(bytes: Buffer): { readonly messages: readonly string[]; readonly rest: Buffer } {
  const messages: string[] = [];
  let rest = bytes;
  for (;;) {
    const blank = rest.indexOf(0x20);
    if (blank < 0) return { messages, rest };
    const length = rest.subarray(0, blank).toString('latin1');
    if (!/^[1-9]\d{0,9}$/.test(length)) throw new Error(`no number of octets: ${length.slice(0, 40)}`);
    const end = blank + 1 + Number(length);
    if (rest.length < end) return { messages, rest };
    messages.push(
      new TextDecoder('utf8', { fatal: true, ignoreBOM: true }).decode(rest.subarray(blank + 1, end)),
    );
    rest = rest.subarray(end);
  }
}
