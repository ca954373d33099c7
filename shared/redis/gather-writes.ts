import type { Socket } from 'node:net';
import type { Redis } from 'ioredis';

/**
 * So many calls go out together at most: Redis begins with the first ones while the next are still
 * being made.
 */
const atMost = 32;

/**
 * Sends the calls of one turn of the event loop in one write, on this connection and on each that
 * follows it. A write to the socket costs both sides more than most calls do, and a process that
 * works on many clients has many calls in one turn. No call waits: the calls of a turn go out at
 * its end.
 */
export function gatherWrites(redis: Redis): Redis {
  const gather = (): void => gatherOn(redis.stream as Socket);
  redis.on('connect', gather);
  return redis;
}

function gatherOn(socket: Socket): void {
  const write = socket.write.bind(socket);
  let gathered = 0;
  const flush = (): void => {
    if (gathered === 0) return;
    gathered = 0;
    socket.uncork();
  };
  socket.write = ((...args: Parameters<typeof write>) => {
    if (gathered === 0) {
      socket.cork();
      process.nextTick(flush);
    }
    gathered += 1;
    const isTaken = write(...args);
    if (gathered >= atMost) flush();
    return isTaken;
  }) as typeof socket.write;
}
