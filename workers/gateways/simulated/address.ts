/** Where a lab fleet listens: a port of this machine, unless a host is said. */
export interface FleetAddress {
  readonly host?: string;
  readonly port: number;
}

/** Reads `simulated:PORT` and `simulated:HOST:PORT`, whose form the settings have checked. */
export function fleetAddress(gateway: string): FleetAddress {
  const [host, port] = gateway.split(':').slice(1);
  return port === undefined ? { port: Number(host) } : { host: String(host), port: Number(port) };
}
