import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { documentNow } from './document-now.ts';

// Checks the OpenAPI document of this version with redocly: an error or a warning fails the check.
const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'servpack-openapi-'));
const file = join(folder, 'openapi.json');
writeFileSync(file, JSON.stringify(await documentNow(), null, 1));
const { status, stdout, stderr } = spawnSync(
  process.execPath,
  [join(root, 'node_modules/@redocly/cli/bin/cli.js'), 'lint', file, '--config', join(root, 'redocly.yaml')],
  {
    encoding: 'utf8',
    // The check asks no other machine anything.
    env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
  },
);
rmSync(folder, { recursive: true });
const said = `${stdout}${stderr}`;
const isClean = status === 0 && !/\bwarnings?\b/.test(said);
if (!isClean) process.stdout.write(said);
process.exitCode = isClean ? 0 : 1;
