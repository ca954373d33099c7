/** Names of metrics of servpack, BullMQ and Node in a text. */
export const metricNamesIn = (text: string): readonly string[] => [
  ...new Set(
    [...text.matchAll(/\b(?:servpack|bullmq|nodejs|process)_[a-z0-9_]*[a-z0-9]\b/g)].map(([name]) => name),
  ),
];
