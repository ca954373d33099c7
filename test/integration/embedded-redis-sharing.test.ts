import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isAlive, isGone } from '../../orchestrator/embedded-redis/processes.ts';
import { packagesDir } from '../environment/private-redis.ts';
import { eachInItsPlace, expectRefused, talk } from './embedded-redis-place.ts';
import { patienceMs } from '../environment/patience.ts';

describe('a data folder whose Redis runs already', () => {
  const place = eachInItsPlace();

  it('is attached to, and the guest leaves the Redis running', async () => {
    const host = await place().started();
    const guest = await place().started();

    expect(guest).toMatchObject({ url: host.url, pid: host.pid });
    expect(guest.how).toContain('running already');
    await guest.stop();
    expect(await talk(host.url, (redis) => redis.ping())).toBe('PONG');
  });

  it('is started once by two who come at the same moment', async () => {
    const [a, b] = await Promise.all([place().started(), place().started()]);
    expect(a.pid).toBe(b.pid);
  });

  it('is taken over when its owner was killed, and then really stopped', async () => {
    const pid = await startByAnOwnerWhoIsKilled(place().dataDir);
    expect(isAlive(pid)).toBe(true);

    const heir = await place().started();
    expect(heir.pid).toBe(pid);
    await heir.stop();
    expect(isAlive(pid)).toBe(false);
  });

  it('is refused while its Redis hangs: a second one would destroy the files', async () => {
    const { pid } = await place().started();
    process.kill(pid, 'SIGSTOP');
    try {
      const refused = expectRefused(await place().start());
      expect(refused.code).toBe('redis-not-answering');
      expect(refused.message).toMatch(
        /process \d+\) does not answer: end it \(kill \d+\) and start again\.$/,
      );
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  });
});

/** The process id of a Redis whose starter was killed, as by a power failure of servpack alone. */
async function startByAnOwnerWhoIsKilled(dataDir: string): Promise<number> {
  const script = join(import.meta.dirname, 'embedded-redis-owner.ts');
  const owner = spawn(process.execPath, [script, dataDir, packagesDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = (await once(owner.stdout, 'data')) as [Buffer];
  owner.kill('SIGKILL');
  await isGone(owner.pid ?? 0, patienceMs);
  return Number(said.toString());
}
