/** When half and nine of ten simulations end: policy time. */
export interface Ends {
  readonly p50: number;
  readonly p90: number;
}
