import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { runStaging } from '../../orchestrator/releases/run-staging.ts';
import { areInputFaults, printFaults } from '../../shared/input/input-fault.ts';
import {
  at,
  components,
  refusal,
  staged,
  useUnstagedRelease,
  withLine,
  withScript,
} from './unstaged-release.ts';

useUnstagedRelease();

/** A path in the folder of the component files. */
const share = (...path: string[]): string => at('logon.srv', components, ...path);

describe('a tree is not staged', () => {
  test('when it does not exist', async () => {
    const { message } = await refusal(await withLine(/tree: .*/, 'tree: ./nowhere'));
    expect(message).toBe(`the tree ${at('nowhere')} is not a folder; nothing is staged`);
  });

  test('when its component folder does not exist', async () => {
    const { code, message } = await refusal(await withLine(/components: .*/, 'components: ALPHA.BIN'));
    expect(code).toBe('unreadableFile');
    expect(message).toMatch(/^ALPHA\.BIN cannot be read: .*; nothing is staged$/);
  });

  test('when its component folder holds no files but only folders', async () => {
    await mkdir(at('logon.srv/EMPTY/INNER'), { recursive: true });
    const { message } = await refusal(await withLine(/components: .*/, 'components: EMPTY'));
    expect(message).toBe('the component folder EMPTY holds no files; nothing is staged');
  });

  test('when two files differ by case only', async () => {
    await writeFile(share('appctl32.exe'), 'x');
    const { message } = await refusal(at('release.yaml'));
    expect(message).toBe(
      'APPCTL32.EXE and appctl32.exe differ by case only, which is one file to Windows; nothing is staged',
    );
  });

  test('when a folder inside would be left out, which is named', async () => {
    for (const name of ['plugins', 'DE-DE']) await mkdir(share(name));
    await writeFile(share('plugins', 'NEW.DLL'), 'x');
    const { code, message } = await refusal(at('release.yaml'));
    expect(code).toBe('foldersInside');
    expect(message).toBe(
      `${components} has folders inside, whose files no client would get: DE-DE, plugins; nothing is staged; move them out of it, or name them in leaveOut of the release file`,
    );
    const file = await withLine(/^components: .*/m, `components: ${components}\nleaveOut: [Plugins, de-de]`);
    expect((await staged(file)).release.files.map(({ name }) => name)).not.toContain('new.dll');
  });

  test.each(['CON', 'nul.dll', 'Aux.tar.gz', 'COM1.exe', 'lpt³', 'prn .txt', 'CONOUT$'])(
    'when a file has the name of a device: %o',
    async (name) => {
      await writeFile(share(name), 'x');
      const { code, message } = await refusal(at('release.yaml'));
      expect(code).toBe('strangeName');
      expect(message).toContain('is the name of a device such as NUL');
    },
  );

  test.each(['50%done.dll', '%PATH%.dll', 'wow!.dll', 'what?.dll', 'a:b.dll', 'tail.', 'tab\t.dll'])(
    'when a client cannot be asked for the name %o',
    async (name) => {
      await writeFile(share(name), 'x');
      const { code, message } = await refusal(at('release.yaml'));
      expect(code).toBe('strangeName');
      expect(message).toContain(`${JSON.stringify(name)} is no name that a client can be asked for`);
    },
  );

  test.each(['/etc/passwd', '../../../release.yaml', '/'])(
    'when a file of it is a link to %s',
    async (target) => {
      await symlink(target, share('EVIL.EXE'));
      const { code, message } = await refusal(at('release.yaml'));
      expect(code).toBe('outsideTree');
      expect(message).toBe(`EVIL.EXE leads out of the tree ${at('logon.srv')}; nothing is staged`);
    },
  );

  test.each(['../service-pack/X86.BIN/00000409', '..', 'LINK'])(
    'when its components are in %s',
    async (path) => {
      await symlink(at('service-pack', components), at('logon.srv/LINK'));
      expect((await refusal(await withLine(/components: .*/, `components: ${path}`))).code).toBe(
        'outsideTree',
      );
    },
  );

  test('when a file of it is a pipe, which could be read for ever', async () => {
    const file = await withScript('10s', `mkfifo "${share('PIPE.EXE')}"`);
    expect((await refusal(file)).message).toBe('PIPE.EXE is not a regular file; nothing is staged');
  });
});

test('a link that stays inside the tree is staged as the file that it leads to', async () => {
  await symlink('APPCTL32.EXE', share('LINKED.EXE'));
  const { release } = await staged();
  const byName = new Map(release.files.map(({ name, sha256: hash }) => [name, hash]));
  expect(byName.get('linked.exe')).toBe(byName.get('appctl32.exe'));
});

describe('a faulty release file', () => {
  test('is refused with all its faults, and its upgrade command does not run', async () => {
    const file = await withScript('10s', 'echo > ../ran');
    await withLine(/^product: .*\nservicePack: .*/m, 'product: sms-9\nservicepack: 4');
    const result = await runStaging(file);
    const faults = !result.ok && areInputFaults(result.error) ? printFaults(result.error) : [];
    expect(faults).toEqual([
      `${file}:3: product: is "sms-9", expected a known product (generic-windows-agent, sms-1.2)`,
      `${file}:4: servicepack: is not a known key (did you mean servicePack?), expected one of release, product, servicePack, tree, components, leaveOut, logonServers, upgrade`,
    ]);
    expect(await readdir(at())).not.toContain('ran');
  });

  test('is refused when it does not exist', async () => {
    const result = await runStaging(at('nothing.yaml'));
    const faults = !result.ok && areInputFaults(result.error) ? printFaults(result.error) : [];
    expect(faults).toEqual([
      `${at('nothing.yaml')}:1: (file): cannot be read (there is no such file or folder), expected a readable text file`,
    ]);
  });
});

describe('a release that servpack itself brings (route push)', () => {
  test('needs no upgrade command', async () => {
    await withLine(/^product: .*\nservicePack: .*/m, 'product: generic-windows-agent');
    const { release, evidence } = await staged(await withLine(/^upgrade:[^]*/m, ''));
    expect(release.files).toHaveLength(13);
    expect(evidence.exitCode).toBeNull();
    expect(evidence.output).toContain('no upgrade command: servpack brings the files of');
  });

  test('is the only one that needs none', async () => {
    const result = await runStaging(await withLine(/^upgrade:[^]*/m, ''));
    const faults = !result.ok && areInputFaults(result.error) ? printFaults(result.error) : [];
    expect(faults).toEqual([
      expect.stringMatching(/upgrade: is missing, expected the command that brings the release/),
    ]);
  });
});
