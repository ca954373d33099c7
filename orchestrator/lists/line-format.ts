/** The form of what is streamed line by line. */
export type LineFormat = 'jsonl' | 'csv';
