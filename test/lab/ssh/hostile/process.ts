import { createServer, type AddressInfo } from 'node:net';
import { constants, setPriority } from 'node:os';
import ssh2 from 'ssh2';
import { type HostileMode, hostilities, play } from './modes.ts';

/**
 * An sshd that keeps to no rule, as a process of its own: `process.ts MODE KEY`. Tells its parent
 * its port, and each connection that has ended, with the bytes that were sent over it.
 */
const [mode, hostKey] = process.argv.slice(2) as [HostileMode, string];
// A hostile machine has processors of its own; here it shall not take those of the others.
if (mode !== 'honest') setPriority(constants.priority.PRIORITY_LOW);
const compresses = 'compresses' in hostilities[mode];

const server = createServer((socket) => {
  socket.on('error', () => undefined);
  socket.on('close', () => process.send?.({ sent: socket.bytesWritten }));
  const algorithms = compresses ? { compress: ['zlib@openssh.com' as const] } : {};
  const sshd = new ssh2.Server({ hostKeys: [hostKey], algorithms }, (connection) => {
    connection.on('error', () => undefined);
    connection.on('authentication', (context) => context.accept());
    connection.on('ready', () => play(mode, connection, { socket }));
  });
  sshd.injectSocket(socket);
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.once('disconnect', () => process.exit());
