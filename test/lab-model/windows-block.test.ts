import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { accepts } from '../lab/windows/sshd.ts';
import { BlockTaken, type BlockWanted, claimBlock } from '../lab/windows/claim-block.ts';

/** Which addresses the clients of a Windows lab get; without any Windows. */

/** A port of this run alone, so that no real lab is in the way. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function claims(): Promise<(more?: Partial<BlockWanted>) => Promise<string>> {
  const port = await freePort();
  return async (more = {}) => {
    const claim = await claimBlock({
      block: '127.0.88',
      isExact: false,
      port,
      folder: '/first/lab/run',
      ...more,
    });
    onTestFinished(() => claim.release());
    return claim.block;
  };
}

test('two labs at the same time have addresses of their own', async () => {
  const claim = await claims();
  const blocks = await Promise.all([claim(), claim(), claim()]);
  expect(blocks.toSorted()).toEqual(['127.0.88', '127.1.88', '127.2.88']);
});

test('a block that a person asks for is refused while another lab has it, and that lab is named', async () => {
  const claim = await claims();
  await claim();
  const refused = claim({ isExact: true, folder: '/second/lab/run' });
  await expect(refused).rejects.toThrow(BlockTaken);
  await expect(refused).rejects.toThrow(
    `127.0.88.1 and so on belong to the lab /first/lab/run (process ${process.pid}); end it, or choose`,
  );
  expect(await claim({ isExact: true, block: '127.0.89' })).toBe('127.0.89');
});

test('a block is free again when its lab has ended or was killed', async () => {
  const port = await freePort();
  const wanted = { block: '127.0.88', isExact: true, port, folder: '/run' };
  const first = await claimBlock(wanted);
  await first.release();
  const module = join(import.meta.dirname, '../lab/windows/claim-block.ts');
  const script = `import { claimBlock } from ${JSON.stringify(module)};
    await claimBlock(${JSON.stringify(wanted)}); console.log('claimed'); setInterval(() => {}, 1000);`;
  const other = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(other.stdout, 'data');
  await expect(claimBlock(wanted)).rejects.toThrow(`/run (process ${other.pid})`);
  other.kill('SIGKILL');
  await once(other, 'exit');
  await (await claimBlock(wanted)).release();
});

test('clients that a killed lab has left keep their addresses', async () => {
  const port = await freePort();
  const left = createServer().listen(port, '127.0.88.1');
  await once(left, 'listening');
  onTestFinished(() => void left.close());
  expect(await accepts('127.0.88.1', port)).toBe(true);
  const wanted = { block: '127.0.88', isExact: false, port, folder: '/run' };
  const claim = await claimBlock(wanted);
  expect(claim.block).toBe('127.1.88');
  await claim.release();
  await expect(claimBlock({ ...wanted, isExact: true })).rejects.toThrow(
    `at 127.0.88.1:${port} an sshd listens that no running lab claims`,
  );
});
