/** Rows of text with aligned columns, for a terminal. */

export interface Column {
  readonly name: string;
  /** Numbers stand at the right of their column. */
  readonly right?: boolean;
  /** Cut, with … at its end, where the table would be wider than it may be. */
  readonly cut?: boolean;
}

/** So much of a column that is cut stays in any case. */
const leastOfCut = 12;

/**
 * The lines of a table, indented; every line as long as its words, without blanks at its end.
 * @param widest of a line, in signs, where a column may be cut; any width when not given
 */
export function textTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  widest = Infinity,
): string[] {
  const lines = [columns.map(({ name }) => name), ...rows];
  const whole = columns.map((_, at) => Math.max(...lines.map((line) => lengthOf(line[at] ?? ''))));
  const tooWide = 2 * columns.length + whole.reduce((sum, one) => sum + one, 0) - widest;
  const widths = whole.map((width, at) =>
    columns[at]?.cut && tooWide > 0 ? Math.max(Math.min(width, leastOfCut), width - tooWide) : width,
  );
  return lines.map((line) =>
    `  ${columns
      .map(({ right }, at) => {
        const width = widths[at] ?? 0;
        const text = fitted(line[at] ?? '', width);
        const pad = ' '.repeat(width - lengthOf(text));
        return right ? pad + text : text + pad;
      })
      .join('  ')}`.trimEnd(),
  );
}

const lengthOf = (text: string): number => [...text].length;

function fitted(text: string, width: number): string {
  return lengthOf(text) <= width ? text : `${[...text].slice(0, width - 1).join('').trimEnd()}…`; // prettier-ignore
}
