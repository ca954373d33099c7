import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { z } from 'zod';
import type { HostileMode } from './modes.ts';

/** An sshd of `process.ts`, in its own process. */
export interface HostileServer {
  readonly mode: HostileMode;
  readonly port: number;
  /** Bytes sent over each connection that has ended. */
  readonly ended: readonly number[];
  stop(): Promise<void>;
}

const messageSchema = z.union([z.strictObject({ port: z.int() }), z.strictObject({ sent: z.int() })]);

/** Starts an sshd of this kind on a free port of loopback. */
export async function startHostile(mode: HostileMode, hostKey: string): Promise<HostileServer> {
  const child = fork(join(import.meta.dirname, 'process.ts'), [mode, hostKey], { stdio: 'inherit' });
  const ended: number[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.on('message', (message) => {
    const said = messageSchema.parse(message);
    if ('port' in said) resolve(said.port);
    else ended.push(said.sent);
  });
  child.once('exit', () => reject(new Error(`the sshd that ${mode} ended before it listened`)));
  const port = await promise;
  return {
    mode,
    port,
    ended,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill();
      await once(child, 'exit');
    },
  };
}
