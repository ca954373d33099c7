import { isIP } from 'node:net';

/** Where the metrics of a process are answered: on the first of these ports that is free. */
export interface MetricsAddress {
  readonly host: string;
  readonly port: number;
  /** The last port that is tried. */
  readonly to: number;
}

export interface MetricsConfig {
  /**
   * `off`: nowhere. Null: an orchestrator answers them beside its API where that listens on
   * loopback; a worker answers none.
   */
  readonly listen: MetricsAddress | 'off' | null;
  /** So many logon servers have series of their own; the others are one series together. */
  readonly servers: number;
}

export const listenForms = 'PORT, HOST:PORT, [IPv6]:PORT, each with PORT or FROM-TO, or off';

const form = /^(?:(?:\[(?<six>[^\]]+)\]|(?<name>[A-Za-z0-9.-]+)):)?(?<from>\d{1,5})(?:-(?<last>\d{1,5}))?$/;
const portsAtMost = 100;

/** Reads SERVPACK_METRICS_LISTEN; null = it is not understood. A port alone is one on loopback. */
export function parseMetricsListen(text: string): MetricsConfig['listen'] {
  if (text === 'off') return 'off';
  const { six, name, from, last } = form.exec(text)?.groups ?? {};
  if (from === undefined || (six !== undefined && isIP(six) !== 6)) return null;
  const [port, to] = [Number(from), Number(last ?? from)];
  if (to > 65_535 || to < port || to - port >= portsAtMost) return null;
  return { host: six ?? name ?? '127.0.0.1', port, to };
}
