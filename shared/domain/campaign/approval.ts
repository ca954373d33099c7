/** A person said yes to a wave: its clients may begin as soon as all other conditions hold. */
export interface WaveApproval {
  /** The position of the wave that may open, from 0 on. */
  readonly wave: number;
  readonly by: string;
  /** Policy time. */
  readonly at: number;
}
