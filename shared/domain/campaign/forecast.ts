import type { Binding } from './binding.ts';
import type { Ends } from './ends.ts';
import type { Planned } from './planned.ts';

export type { Ends };

/** When a running campaign ends by its own figures, or why that is not said. */
export type CampaignForecast = {
  readonly madeAt: number;
  /** What holds it up; left out by earlier versions. */
  readonly binds?: Binding;
} & (
  | {
      readonly because: null;
      readonly end: Ends;
      /** By wave; null = every client of the wave is finished. */
      readonly waves: readonly (Ends | null)[];
      readonly replicates: number;
      /** What the figures were counted from. */
      readonly looked: number;
      readonly settled: number;
    }
  | { readonly because: string; readonly end: null }
);

/** What a campaign was when a forecast was made of it: another campaign needs another forecast. */
export interface ForecastBasis {
  readonly startedAt: number;
  /** How often its definition was changed; left out = never. */
  readonly edition?: number;
  /** How often an answer about a step changed the rules of its clients; left out = never. */
  readonly stepAnswers?: number;
}

/** A forecast that was made on the way, as far as it is compared with what came. */
export interface EarlierForecast {
  readonly madeAt: number;
  /** How many of its clients were finished then, and how many it had. */
  readonly finished: number;
  readonly size: number;
  readonly end: Ends;
  /** The edition of the campaign then; left out = it had never been edited. */
  readonly edition?: number;
}

/** The forecasts of a running campaign that are kept. */
export interface KeptForecasts {
  readonly basis: ForecastBasis;
  /** How many clients were finished when the newest one was made. */
  readonly finished: number;
  /** Null = the newest one fits no longer, because the campaign stood still since. */
  readonly newest: CampaignForecast | null;
  /** The first ones at 10, 25, 50 and 75 % of finished clients, the oldest first. */
  readonly earlier: readonly EarlierForecast[];
  /** What was planned when the campaign started; left out = no plan was made. */
  readonly planned?: Planned;
}
