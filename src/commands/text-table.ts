/** Rows of text with aligned columns, for a terminal. */

export interface Column {
  readonly name: string;
  /** Numbers stand at the right of their column. */
  readonly right?: boolean;
}

/** The lines of a table, indented; every line as long as its words, without blanks at its end. */
export function textTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const lines = [columns.map(({ name }) => name), ...rows];
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => [...(line[at] ?? '')].length)));
  return lines.map((line) =>
    `  ${columns
      .map(({ right }, at) => {
        const text = line[at] ?? '';
        const pad = ' '.repeat((widths[at] ?? 0) - [...text].length);
        return right ? pad + text : text + pad;
      })
      .join('  ')}`.trimEnd(),
  );
}
