import type {
  Intent,
  Observation,
  Service,
  SwapPreImage,
} from '../../../shared/domain/observation/observation.ts';
import type { Journal, StepName } from '../../../shared/domain/remediation/procedure.ts';
import {
  agentClient,
  agentService,
  annasProgram,
  evening,
  hours,
  minutes,
  oldClient,
  swapPreImage,
} from '../given.ts';
import type { ModelMachine } from './driver.ts';

/**
 * The traits of a machine of route `push`, whose service runs from the files that servpack brings.
 */
export interface AgentNature {
  readonly service: 'none' | 'running' | 'stopped';
  /** Steps that this machine always refuses. */
  readonly refuses: readonly StepName[];
  /** The service does not run with the files of the release. */
  readonly breaks: boolean;
  readonly goneAfterMs: number | null;
  /**
   * Anna works from 18 to 6, and has a program of the product open, except just after a restart.
   */
  readonly program: boolean;
}

const bootMs = minutes(4);
/** After a restart Anna comes back after this time, and opens her program again. */
const absenceMs = minutes(50);
const { files } = swapPreImage;
type Hashes = Readonly<Record<string, string>>;
const before: Hashes = Object.fromEntries(files.map((file) => [file.name, file.before]));
const after: Hashes = Object.fromEntries(files.map((file) => [file.name, file.after]));

/** A machine with an agent whose files servpack swaps: its disk, its service and its restarts. */
export class ModelAgent implements ModelMachine {
  readonly nature: AgentNature & { readonly restarts: 'well' };
  service: Service | null;
  isMarked = false;
  intent: Intent | null = null;
  #now = evening;
  #boot = 1;
  #upAt: number | null = null;
  #installed: Hashes = before;
  #staged: Hashes = {};
  #kept: Hashes = {};
  /** New files next to the old ones, which Windows renames at its next start. */
  #waiting: Hashes = {};
  #queued: readonly string[] = [];
  #annaAt = evening;

  constructor(nature: AgentNature) {
    this.nature = { ...nature, restarts: 'well' };
    const state = nature.service === 'running' ? 'running' : 'stopped';
    const startType = state === 'running' ? 'automatic' : 'manual';
    const pid = state === 'running' ? agentService.pid : null;
    this.service = nature.service === 'none' ? null : { ...agentService, state, startType, pid };
  }

  get isUp(): boolean {
    const { goneAfterMs } = this.nature;
    return this.#upAt === null && (goneAfterMs === null || this.#now < evening + goneAfterMs);
  }

  get isNew(): boolean {
    return isSame(this.#installed, after);
  }

  pass(to: number): void {
    this.#now = Math.max(this.#now, to);
    if (this.#upAt === null || this.#now < this.#upAt) return;
    this.#upAt = null;
    this.#boot += 1;
    this.#annaAt = this.#now + absenceMs;
    this.#rename();
    // The service starts from any files, also in the middle of a swap.
    if (this.service?.startType === 'automatic') this.#start();
  }

  /** Windows renames before any program runs; a rename whose file is gone does nothing. */
  #rename(): void {
    for (const name of this.#queued) {
      const { [name]: waits, ...others } = this.#waiting;
      if (waits === undefined) continue;
      this.#install({ [name]: waits });
      this.#waiting = others;
    }
    this.#queued = [];
  }

  get #isInUse(): boolean {
    const hour = (this.#now % hours(24)) / hours(1);
    return this.nature.program && this.#now >= this.#annaAt && (hour >= 18 || hour < 6);
  }

  restart(): void {
    this.#upAt ??= this.#now + bootMs;
    this.#stop();
  }

  look(): Observation {
    const runs = this.service?.state === 'running';
    return {
      ...oldClient,
      ...agentClient,
      at: this.#now,
      bootId: `boot-${this.#boot}`,
      files: Object.fromEntries(
        files.map(({ name }): [string, { sha256: string }] => [
          name,
          { sha256: this.#installed[name] ?? '' },
        ]),
      ),
      services: this.service === null ? [] : [this.service],
      processes: [...(runs ? (agentClient.processes ?? []) : []), ...(this.#isInUse ? [annasProgram] : [])],
      users: [],
      pendingRestart: this.#queued.length > 0,
      locked: runs ? (agentClient.locked ?? []) : [],
      intent: this.intent,
    };
  }

  mark(): void {
    throw new Error('nothing is marked by this route');
  }

  update(): void {
    throw new Error('nothing is run by this route');
  }

  order(): boolean {
    this.restart();
    return true;
  }

  step({
    step,
    direction,
    procedure,
    preImage,
  }: Journal): SwapPreImage | 'refused' | 'done' | 'onStaleJournal' {
    if (procedure !== 'swap' && procedure !== 'replaceAtRestart')
      throw new Error(`no ${procedure} belongs on this client`);
    if (step === 'close') {
      this.intent = null;
      return 'done';
    }
    if ((step === 'record' || preImage === null) && this.isNew) return 'onStaleJournal';
    const known = step === 'record' || preImage === null ? this.#asNow() : preImage;
    this.intent = { kind: procedure, campaign: 'sp4', direction, step, preImage: known };
    if (this.nature.refuses.includes(step)) {
      // Some files are in their place already when the client refuses.
      if (step === 'place') this.#install(hashesOf({ ...known, files: known.files.slice(0, 1) }, 'after'));
      return 'refused';
    }
    if (step === 'record' || preImage === null) return known;
    return this.#make(step, known) ? 'done' : 'refused';
  }

  #asNow(): SwapPreImage {
    const changed = files.filter(({ name, after: wanted }) => this.#installed[name] !== wanted);
    return {
      ...swapPreImage,
      service: this.service,
      files: changed.map((file) => ({ ...file, before: this.#installed[file.name] ?? null })),
    };
  }

  /** Runs the step; false = it can not be proved. */
  #make(step: StepName, known: SwapPreImage): boolean {
    const ran = known.service?.state === 'running';
    const [old, fresh] = [hashesOf(known, 'before'), hashesOf(known, 'after')];
    switch (step) {
      case 'stage':
        this.#staged = fresh;
        return true;
      case 'stop':
        return this.#stop() && !this.#isInUse;
      case 'backup':
        this.#kept = pick(this.#installed, known);
        return isSame(this.#kept, old);
      case 'queueRenames':
        if (isSame(pick(this.#installed, known), fresh)) return true;
        if (!isSame(this.#staged, fresh)) return false;
        this.#waiting = fresh;
        this.#queued = Object.keys(fresh);
        return true;
      case 'withdraw':
        this.#waiting = {};
        return true;
      case 'place':
        return !this.#isInUse && this.#stop() && isSame(this.#staged, fresh) && this.#install(fresh);
      case 'start':
      case 'startAgain':
        return !ran || this.#start();
      case 'prove':
        return isSame(pick(this.#installed, known), fresh) && (!ran || this.service?.state === 'running');
      case 'restoreFiles':
        return this.#restore(known, old);
      case 'removeStaged':
        [this.#staged, this.#kept] = [{}, {}];
        return true;
      default:
        throw new Error(`no step of this client is ${step}`);
    }
  }

  #restore(known: SwapPreImage, old: Hashes): boolean {
    if (isSame(pick(this.#installed, known), old)) return true;
    if (!this.#stop()) return false;
    return !this.#isInUse && isSame(this.#kept, old) && this.#install(old);
  }

  #install(hashes: Hashes): boolean {
    this.#installed = { ...this.#installed, ...hashes };
    return true;
  }

  #stop(): boolean {
    if (this.service !== null) this.service = { ...this.service, state: 'stopped', pid: null };
    return true;
  }

  #start(): boolean {
    const runs = !this.nature.breaks || isSame(this.#installed, before);
    if (this.service !== null && runs) this.service = { ...this.service, state: 'running', pid: 204 };
    return runs;
  }

  /**
   * What is wrong with a client on which nothing is open; null = its files are all old or all new,
   * and its service is as before.
   */
  whyNotWhole(): string | null {
    if (this.intent !== null) return 'an intent stands on the client';
    if (!this.isNew && !isSame(this.#installed, before)) return `files ${JSON.stringify(this.#installed)}`;
    if (Object.keys({ ...this.#staged, ...this.#kept, ...this.#waiting }).length > 0)
      return 'something is left in a folder';
    const runs = this.service?.state === 'running';
    if (!this.isUp || runs === (this.nature.service === 'running')) return null;
    return `its service is ${this.service?.state}`;
  }
}

const hashesOf = ({ files: swapped }: SwapPreImage, when: 'before' | 'after'): Hashes =>
  Object.fromEntries(swapped.map((file) => [file.name, file[when] ?? '']));

const pick = (hashes: Hashes, { files: swapped }: SwapPreImage): Hashes =>
  Object.fromEntries(swapped.map(({ name }) => [name, hashes[name] ?? '']));

const isSame = (one: Hashes, other: Hashes): boolean =>
  Object.keys({ ...one, ...other }).every((name) => one[name] === other[name]);
