import type { ChartTable } from '../charts/table.ts';

/** A report as a document: the same parts become HTML and Markdown, so that both say the same. */
export interface ReportDocument {
  readonly title: string;
  readonly about: string;
  readonly verdict: Verdict;
  readonly figures: readonly Figure[];
  readonly sections: readonly Section[];
  /** Where the numbers come from, and when they were read. */
  readonly footer: string;
}

/** `open`: the campaign is not over, so nothing is judged yet. */
export type Tone = 'good' | 'mixed' | 'bad' | 'open';

export interface Verdict {
  readonly tone: Tone;
  readonly word: string;
  readonly says: string;
}

/** A number that is read from afar. */
export interface Figure {
  readonly value: string;
  readonly label: string;
  readonly tone: Tone;
}

export interface Section {
  readonly title: string;
  readonly blocks: readonly Block[];
}

export type Block =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'facts'; readonly facts: readonly (readonly [name: string, value: string])[] }
  | { readonly kind: 'table'; readonly table: ChartTable }
  | { readonly kind: 'commands'; readonly commands: readonly string[] }
  /** Folded until a reader opens it, and not printed while folded. */
  | { readonly kind: 'folded'; readonly summary: string; readonly table: ChartTable }
  | { readonly kind: 'chart'; readonly svg: string; readonly table: ChartTable };
