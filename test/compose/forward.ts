import { connect, createServer } from 'node:net';

/**
 * `node forward.ts HOST:PORT=HOST:PORT…`: takes connections at the first address of each pair and
 * leads them to the second one. Containers reach in this way what listens on loopback only.
 */
const place = (text: string): { readonly host: string; readonly port: number } => {
  const [host = '', port = ''] = text.split(':');
  return { host, port: Number(port) };
};

for (const pair of process.argv.slice(2)) {
  const [from = '', to = ''] = pair.split('=');
  createServer((incoming) => {
    const outgoing = connect(place(to));
    for (const [one, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      one.on('error', () => other.destroy());
      one.pipe(other);
    }
  }).listen(place(from), () => console.log(`${from} leads to ${to}`));
}
