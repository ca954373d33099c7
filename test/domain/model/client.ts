import type {
  Intent,
  Observation,
  PreImage,
  Service,
} from '../../../shared/domain/observation/observation.ts';
import type { Journal, StepName } from '../../../shared/domain/remediation/procedure.ts';
import type { RestartCause } from '../../../shared/domain/upgrade/memory.ts';
import { anna, evening, hours, minutes, oldClient, pcmService, preImage, upToDate } from '../given.ts';

/** What sort of machine it is; everything else follows from what is done to it. */
export interface Nature {
  readonly service: 'none' | 'automatic' | 'manual' | 'runsAfterRestartToo';
  /** Anna has a program of the product open whenever she is there. */
  readonly program: boolean;
  /** Steps that this machine refuses, however often it is asked. */
  readonly refuses: readonly StepName[];
  /** From an order to restart until it is down; it answers meanwhile, from the old boot, and takes no other order. */
  readonly shutdownMs: number;
  /** Boots after a mark until nothing of a restart is pending any more. */
  readonly bootsNeeded: 1 | 2;
  /** `lost`: no order ever reaches it, and nobody hears so. */
  readonly restarts: 'well' | 'lost';
  /** From this long after the beginning on it is never reached again; null = it stays. */
  readonly goneAfterMs: number | null;
}

const startsAt = 8;
const leavesAt = 17;
const bootMs = minutes(4);
const sha256 = 'sha-pcm';

/**
 * A small model of a client: a machine with state that answers commands, as the domain tests' own truth. Anna works from 8 to 17;
 * her logon starts the update when the client is marked and has restarted since.
 */
export class ModelClient {
  readonly nature: Nature;
  readonly first: Service | null;
  service: Service | null;
  isNew = false;
  isMarked = false;
  marks = 0;
  intent: Intent | null = null;
  copied = false;
  /** Restarts that it made because it was told to, each with what had brought it about. */
  readonly restarts: string[] = [];
  #now = evening;
  #boot = 1;
  #markedInBoot = 0;
  #manuals = 0;
  #goesDown: { readonly at: number; readonly because: string } | null = null;
  #upAt: number | null = null;
  #anna = false;
  /** Where the service's process runs from; null while it is stopped. */
  #runsFrom: string | null;

  constructor(nature: Nature) {
    this.nature = nature;
    const startType = nature.service === 'manual' ? 'manual' : 'automatic';
    this.first = nature.service === 'none' ? null : { ...pcmService, startType };
    this.service = this.first;
    this.#runsFrom = this.first?.imagePath ?? null;
  }

  get isUp(): boolean {
    const { goneAfterMs } = this.nature;
    return this.#upAt === null && (goneAfterMs === null || this.#now < evening + goneAfterMs);
  }

  /** Time goes on: restarts happen, Anna comes and goes. */
  pass(to: number): void {
    while (this.#now < to) {
      this.#now = Math.min(to, this.#nextMoment());
      if (this.#goesDown !== null && this.#now >= this.#goesDown.at) this.#obey(this.#goesDown.because);
      if (this.#upAt !== null && this.#now >= this.#upAt) this.#comeUp();
      this.#people();
    }
  }

  #nextMoment(): number {
    const hour = Math.floor(this.#now / hours(1)) * hours(1) + hours(1);
    return Math.min(hour, this.#goesDown?.at ?? hour, this.#upAt ?? hour);
  }

  #obey(because: string): void {
    this.restarts.push(because);
    this.restart();
  }

  /** Somebody, or the order of a while ago, restarts it. */
  restart(): void {
    this.#goesDown = null;
    this.#upAt ??= this.#now + bootMs;
    this.#anna = false;
    this.#runsFrom = null;
    if (this.service !== null) this.service = { ...this.service, state: 'stopped', pid: null };
  }

  #comeUp(): void {
    this.#upAt = null;
    this.#boot += 1;
    if (this.service?.startType === 'automatic') this.#start();
  }

  #people(): void {
    const hour = (this.#now % hours(24)) / hours(1);
    const isThere = this.isUp && hour >= startsAt && hour < leavesAt;
    if (isThere && !this.#anna) this.#logon();
    this.#anna = isThere;
  }

  /** Load starts Smsrun32, which updates nothing that is in use. */
  #logon(): void {
    const isBlocked = this.#runsFrom === preImage.from || this.nature.program;
    if (!this.isMarked || this.#boot === this.#markedInBoot || isBlocked) return;
    this.isNew = true;
    this.isMarked = false;
  }

  look(): Observation {
    const blocked = this.#runsFrom === preImage.from;
    return {
      ...oldClient,
      ...(this.isNew ? upToDate : {}),
      at: this.#now,
      bootId: `boot-${this.#boot}`,
      setupPhase: this.isMarked ? 'upgrade' : 'installed',
      processes: [
        ...(blocked ? [{ ...process, executable: 'PCMSVC32.EXE', pid: 88 }] : []),
        ...(this.#anna && this.nature.program ? [{ ...process, executable: 'PCMWIN32.EXE', pid: 120 }] : []),
      ],
      services: this.service === null ? [] : [this.service],
      users: this.#anna ? [anna] : [],
      load: this.#anna ? 'once' : 'nobodyLoggedOn',
      pendingRestart: this.#restartIsPending,
      intent: this.intent,
      // Only files that change a decision matter; the rest is as in `oldClient`.
    };
  }

  mark(): void {
    this.isMarked = true;
    this.marks += 1;
    this.#markedInBoot = this.#boot;
  }

  update(): void {
    if (this.#runsFrom !== preImage.from && !(this.#anna && this.nature.program)) this.isNew = true;
  }

  /** False: it is on its way down already. */
  order(cause: RestartCause): boolean {
    if (this.#goesDown !== null) return false;
    if (cause === 'replacement') throw new Error('no file of this client is replaced at a restart');
    const which = { mark: this.marks, workaround: this.#manuals, pendingRestart: this.#boot }[cause];
    this.#goesDown = { at: this.#now + this.nature.shutdownMs, because: `${cause} ${which}` };
    return true;
  }

  get #restartIsPending(): boolean {
    const boots = this.#boot - this.#markedInBoot;
    return this.isMarked && boots > 0 && boots < this.nature.bootsNeeded;
  }

  /** Runs a step as the worker does: it announces itself, makes one thing so, and may be repeated. */
  step({ step, direction, procedure, preImage }: Journal): PreImage | 'refused' | 'done' {
    if (procedure === 'swap' || procedure === 'replaceAtRestart')
      throw new Error('no file of this client is brought by servpack');
    const [kind, known] = [procedure, preImage as PreImage | null];
    if (step === 'close') {
      this.intent = null;
      return 'done';
    }
    const before = step === 'record' || known === null ? this.#asNow() : known;
    this.intent = { kind, campaign: 'sp4', direction, step, preImage: before };
    if (this.nature.refuses.includes(step)) return 'refused';
    if (step === 'record' || known === null) return before;
    return this.#make(step, known) ? 'done' : 'refused';
  }

  #asNow(): PreImage {
    const service = this.service ?? pcmService;
    return { service, sha256, from: service.imagePath, to: preImage.to };
  }

  /** False when the step can not be proved. */
  #make(step: StepName, before: PreImage): boolean {
    const { startType, state } = before.service;
    switch (step) {
      case 'stop':
        return this.#stop();
      case 'copy':
        return (this.copied = true);
      case 'protect':
        return true;
      case 'repoint':
        return this.#stop() && this.#set({ imagePath: before.to });
      case 'start':
      case 'startAgain':
        return state === 'stopped' || this.#start();
      case 'prove':
        return this.#is({ imagePath: before.to, startType, state });
      case 'setManual':
        this.#manuals += this.service?.startType === 'manual' ? 0 : 1;
        return this.#set({ startType: 'manual' });
      case 'pointBack':
        return this.#stop() && this.#set({ imagePath: before.from, startType });
      case 'removeCopy':
        this.copied = false;
        return true;
      case 'restoreStartType':
        return this.#set({ startType });
      default:
        throw new Error(`no step of this client is ${step}`);
    }
  }

  #is({ imagePath, startType, state }: Pick<Service, 'imagePath' | 'startType' | 'state'>): boolean {
    const { service } = this;
    return service?.imagePath === imagePath && service.startType === startType && service.state === state;
  }

  #set(changes: Partial<Service>): boolean {
    if (this.service !== null) this.service = { ...this.service, ...changes };
    return true;
  }

  #stop(): boolean {
    this.#runsFrom = null;
    return this.#set({ state: 'stopped', pid: null });
  }

  /** A new process only when none runs, and only from a file that is there: a new image path alone moves nothing. */
  #start(): boolean {
    if (this.service === null) return false;
    if (this.service.imagePath === preImage.to && !this.copied) return false;
    this.#runsFrom ??= this.service.imagePath;
    return this.#set({ state: 'running', pid: 88 });
  }

  /** What is wrong with the service when nothing is open any more: null = it is as it was before, or moved as a whole. */
  whyNotWhole(): string | null {
    if (this.intent !== null) return 'an intent stands on the client';
    const { service, first } = this;
    if (service === null || first === null) return null;
    const isMoved = service.imagePath === preImage.to;
    if (!isMoved && service.imagePath !== first.imagePath) return `image path ${service.imagePath}`;
    if (service.startType !== first.startType) return `start type ${service.startType}`;
    if (isMoved !== this.copied) return isMoved ? 'it runs from a file that is not there' : 'a copy is left';
    if (first.startType !== 'automatic' || !this.isUp) return null;
    return this.#runsFrom === service.imagePath ? null : `it runs from ${this.#runsFrom ?? 'nowhere'}`;
  }
}

const process = {
  imagePath: preImage.from,
  session: 0,
  user: 'SYSTEM',
  startedAt: evening,
};
