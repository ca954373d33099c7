import type { Config } from '../../shared/config.ts';
import type { Planned } from '../../shared/domain/campaign/planned.ts';
import type { SurveyStatus } from '../../shared/domain/survey/survey.ts';
import type { Result } from '../../shared/errors.ts';
import type { SurveyRequest } from '../http/schemas/surveys.ts';
import type { Caller } from '../caller.ts';
import type { PartToScan, ScannedPart } from '../audit/contents/scan-file.ts';
import type { Refusal } from '../refusal.ts';
import type { MadeForecast } from '../forecast/keep.ts';
import type { LookedBack } from '../lookback/look-back.ts';
import type { ReplayAnswer } from '../replay/answer.ts';
import type {
  CampaignEdit,
  CampaignInputFile,
  PermittedEdit,
  CampaignPlan,
  CampaignSimulation,
  FleetImport,
  FleetInput,
  LookBackRequest,
  ReplayRequest,
  SimulationRequest,
} from './results.ts';

/** Work on a whole fleet, by name, and its result. */
export interface Results {
  readonly importFleet: FleetImport;
  readonly planCampaign: CampaignPlan;
  readonly createCampaign: CampaignPlan;
  readonly editCampaign: CampaignEdit;
  readonly createSurvey: SurveyStatus;
  readonly forecastCampaign: MadeForecast;
  /** The same at little weight: nobody waits for it. */
  readonly makeForecast: MadeForecast;
  /** At little weight: what runs on clients goes first. */
  readonly replayCampaign: ReplayAnswer;
  /** At little weight: what runs on clients goes first. */
  readonly simulateCampaign: CampaignSimulation;
  /** At little weight, too. */
  readonly lookBack: LookedBack;
  /** At little weight: nobody waits for it. */
  readonly planStart: Planned;
  /** At little weight, too. */
  readonly scanAudit: ScannedPart;
}

/** The input of each. */
export interface Inputs {
  readonly importFleet: FleetInput;
  readonly planCampaign: CampaignInputFile;
  readonly createCampaign: CampaignInputFile;
  readonly editCampaign: PermittedEdit;
  readonly createSurvey: SurveyRequest;
  /** The name of the campaign. */
  readonly forecastCampaign: string;
  readonly makeForecast: string;
  readonly replayCampaign: ReplayRequest;
  readonly simulateCampaign: SimulationRequest;
  readonly lookBack: LookBackRequest;
  readonly planStart: string;
  readonly scanAudit: PartToScan;
}

export type WorkName = keyof Results;

/** What a thread is started with. */
export interface ThreadData {
  readonly config: Config;
  /** Whether it works at little weight, for its whole life: a process cannot take that back. */
  readonly isLight: boolean;
}

/** One piece of work for a thread, which opens a connection of its own for it. */
export type ThreadRequest = {
  readonly [Name in WorkName]: {
    readonly work: Name;
    readonly who: string;
    readonly input: Inputs[Name];
  };
}[WorkName];

/** `unavailable`: Redis did not answer, in the words of the store. */
export type ThreadResponse =
  | { readonly kind: 'done'; readonly result: Result<Results[WorkName], Refusal> }
  | { readonly kind: 'unavailable'; readonly message: string };

/** `mayStay`: the thread holds little memory, and may be kept for the next request. */
export interface ThreadAnswer {
  readonly response: ThreadResponse;
  readonly mayStay: boolean;
}

/** A thread asks before its first change whether the caller may still make it. */
export interface AuthorityQuestion {
  readonly asks: 'whyEnded';
}

/** What it is answered: see `Caller`. */
export interface AuthorityAnswer {
  readonly whyEnded: Refusal | null;
}

/**
 * Runs work outside the event loop. Rejects with `StoreUnavailable` as the store does.
 * @param caller who waits for the answer; left out = nobody does. Once they have gone, work that
 *   changes nothing is broken off, or does not begin, and `busy.stopped` is the answer. Work that
 *   changes something asks before it does whether they still may, and is refused if not
 */
export type Background = <Name extends WorkName>(
  work: Name,
  who: string,
  input: Inputs[Name],
  caller?: Caller,
) => Promise<Result<Results[Name], Refusal>>;
