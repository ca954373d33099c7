import fc from 'fast-check';
import { afterAll, test } from 'vitest';
import type { SetupPhase } from '../../shared/domain/observation/observation.ts';
import { evidenceBytesAtMost, evidenceOf } from '../../shared/evidence.ts';
import { parseCsdver } from '../../shared/products/csdver.ts';
import { readLoadEntry, readObservation } from '../../shared/execution/observation/read-observation.ts';
import { parseSmsIni } from '../../shared/products/sms-ini.ts';
import { parseSmsrun32 } from '../../shared/products/smsrun32.ts';
import { quietLook, smsProfile } from '../products/given.ts';
import { assertAll } from './cases.ts';
import { anyLook } from './looks.ts';
import { Stopwatch } from './stopwatch.ts';
import { hostile } from './texts.ts';
import { expectUnharmed } from './unharmed.ts';

/** What clients hold was written by old programs, by users, or by someone who wants to do harm. */
const watches = new Map<string, Stopwatch>();
afterAll(() => {
  for (const [name, watch] of watches) console.log(`${name}: ${watch.toString()}`);
});

/** Microseconds per character; long texts need less than 0.1. */
const usPerCharacter = 2;

function watchOf(name: string): Stopwatch {
  const watch = watches.get(name) ?? new Stopwatch(usPerCharacter);
  watches.set(name, watch);
  return watch;
}

const check = (isSo: boolean, what: string): void => {
  if (!isSo) throw new Error(what);
};

const phases: readonly SetupPhase[] = [
  'installed',
  'upgrade',
  'verifyFiles',
  'componentDeinstall',
  'deinstall',
  'unknown',
];

const iniSamples = [
  quietLook.configuration ?? '',
  '; comment\n[ Local ]\nSetupPhase = "Verify Files"\n[workstationstatus]\nFilesNotDownloaded=SM32.HLP, pcm32r.dll;X\n[Share]\nSetupPhase=x\n',
  '[WorkstationStatus]\nFilesNotDownloaded\nFilesNotDownloaded=\n[Local]\nSetupPhase=INSTALLED\n',
  '[Locals\nSetupPhase=INSTALLED\n',
  "[Other]\nSetupPhase=INSTALLED\n[local]\nsetupphase='UPGRADE'\nsetupphase=INSTALLED\n",
];

test('smsIni: any SMS.INI is a phase and names, and is installed only with the value for it', () => {
  assertAll(
    'smsIni',
    fc.property(hostile(iniSamples), (text) => {
      const found = watchOf('smsIni').time(text.length, () => parseSmsIni(text));
      check(phases.includes(found.setupPhase), 'no phase');
      check(found.setupPhase !== 'installed' || /installed/i.test(text), 'installed out of nothing');
      const isLocal = /\[\s*local\s*\]/i.test(text.replaceAll('\uFEFF', ''));
      check(isLocal || found.setupPhase === 'unknown', 'a phase out of another section');
      const isStatus = /\[\s*workstationstatus\s*\]/i.test(text.replaceAll('\uFEFF', ''));
      check(isStatus || found.filesNotDownloaded === null, 'files out of another section');
      check(
        (found.filesNotDownloaded ?? []).every((name) => name !== '' && name === name.toLowerCase()),
        'a name is empty or not in lower case',
      );
      expectUnharmed();
    }),
  );
});

test('csdver: any CSDVER.SMS is the number of a service pack, or none', () => {
  assertAll(
    'csdver',
    fc.property(hostile(['Service Pack 2\r\n', 'SP3', 'sp 4 Service Pack 4', '1.20.786 sp1']), (text) => {
      const pack = watchOf('csdver').time(text.length, () => parseCsdver(text));
      check(pack === null || (Number.isInteger(pack) && pack >= 0 && pack < 100), `service pack ${pack}`);
      expectUnharmed();
    }),
  );
});

const transcripts = [
  'Reading configuration...\r\nVerifying Microsoft Systems Management Server client installation...\r\n',
  'Client executable active: C:\\MS\\SMS\\BIN\\PCMWIN32.EXE\nWarning: Client component in use.\n' +
    'Client component files will not be overwritten or removed.\nClient executable active: PCMSVC32.EXE\n',
];

test('smsrun32: any transcript is programs in use and lines that are not understood', () => {
  assertAll(
    'smsrun32',
    fc.property(hostile(transcripts, 1_000_000), (text) => {
      const found = watchOf('smsrun32').time(text.length, () => parseSmsrun32(text));
      check(found.inUse || found.active.length === 0, 'a program is active and nothing in use');
      check(new Set(found.active).size === found.active.length, 'a name twice');
      check(found.notUnderstood.length <= 50, 'too many lines are kept');
      expectUnharmed();
    }),
  );
});

const loads = ['SMSRUN32.EXE', 'c:\\ms\\sms\\bin\\smsrun32 clock.exe', 'x,smsrun32.exe;"SMSRUN32"'];

test('loadEntry: any Load value starts the program never, once or twice', () => {
  assertAll(
    'loadEntry',
    fc.property(fc.array(fc.option(hostile(loads)), { maxLength: 3 }), (values) => {
      const size = values.reduce((sum, value) => sum + (value ?? '').length, 0);
      const users = values.map((load) => ({ load }));
      const found = watchOf('loadEntry').time(size, () => readLoadEntry(users, 'SMSRUN32.EXE'));
      const isSaid = values.some((value) => /smsrun32/i.test(value ?? ''));
      check((found === 'once' || found === 'double') <= isSaid, `${found} out of nothing`);
      check((found === 'nobodyLoggedOn') === (values.length === 0), found);
      expectUnharmed();
    }),
  );
});

const profile = smsProfile();

test('clientLook: any look is an observation with the files and services of the look', () => {
  assertAll(
    'clientLook',
    fc.property(anyLook, (look) => {
      const size = JSON.stringify(look).length;
      const seen = watchOf('clientLook').time(size, () => readObservation(profile, look, 'sha'));
      check(Object.getPrototypeOf(seen.files) === Object.prototype, 'a file became a prototype');
      const last = new Map(look.files.map((file) => [file.name.toLowerCase(), file]));
      for (const [name, { sha256, error }] of last) {
        const state = Object.hasOwn(seen.files, name) ? seen.files[name] : undefined;
        check(state !== undefined, `file ${name} is lost`);
        check((state !== undefined && 'sha256' in state) === (error === undefined && sha256 !== null), name);
      }
      expectUnharmed();
    }),
  );
});

test('evidence: any look is at most 16 KiB of text, always the same for the same look', () => {
  assertAll(
    'evidence',
    fc.property(anyLook, (look) => {
      const size = JSON.stringify(look).length;
      const text = watchOf('evidence').time(size, () => evidenceOf(look));
      check(Buffer.byteLength(text) <= evidenceBytesAtMost, `${Buffer.byteLength(text)} bytes`);
      check(text === evidenceOf(structuredClone(look)), 'another text for the same look');
      check(text.isWellFormed() || !JSON.stringify(look).isWellFormed(), 'a character was cut in two');
      expectUnharmed();
    }),
  );
});
