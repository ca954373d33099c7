import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isAlive, isGone } from '../../orchestrator/embedded-redis/processes.ts';
import { packagesDir } from '../environment/private-redis.ts';
import { useTestFolder, expectRefused, talk } from './embedded-redis-folder.ts';
import { patienceMs } from '../environment/patience.ts';

describe('a data folder whose Redis runs already', () => {
  const testFolder = useTestFolder();

  it('is shared: a second servpack attaches to the Redis and leaves it running', async () => {
    const host = await testFolder().started();
    const guest = await testFolder().started();

    expect(guest).toMatchObject({ url: host.url, pid: host.pid });
    expect(guest.how).toContain('running already');
    await guest.stop();
    expect(await talk(host.url, (redis) => redis.ping())).toBe('PONG');
  });

  it('is started once when two servpacks start at the same moment', async () => {
    const [a, b] = await Promise.all([testFolder().started(), testFolder().started()]);
    expect(a.pid).toBe(b.pid);
  });

  it('is taken over after its owner was killed, and is stopped by the new owner', async () => {
    const pid = await startByAnOwnerWhoIsKilled(testFolder().dataDir);
    expect(isAlive(pid)).toBe(true);

    const heir = await testFolder().started();
    expect(heir.pid).toBe(pid);
    await heir.stop();
    expect(isAlive(pid)).toBe(false);
  });

  it('is refused while its Redis hangs, because a second Redis would destroy the files', async () => {
    const { pid } = await testFolder().started();
    process.kill(pid, 'SIGSTOP');
    try {
      const refused = expectRefused(await testFolder().start());
      expect(refused.code).toBe('redis-not-answering');
      expect(refused.message).toMatch(
        /process \d+\) does not answer: end it \(kill \d+\) and start again\.$/,
      );
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  });
});

/** The pid of a Redis whose owner was killed. */
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
