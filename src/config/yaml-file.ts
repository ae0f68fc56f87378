/**
 * A YAML file read through a schema, where whatever is wrong is said with its line: the person who
 * writes a site's configuration is seldom the person who wrote the schema. The only home of `yaml`.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { LineCounter, isMap, isPair, isScalar, isSeq, parseDocument } from 'yaml';
import type { Document, Node } from 'yaml';
import type { z } from 'zod';
import { HomewardError } from '../domain/error.ts';

type Path = readonly PropertyKey[];

/** What a file says, and where it says it. */
export interface YamlFile<T> {
  readonly file: string;
  readonly value: T;
  /** The line of the deepest part of a path that the file has. */
  lineOf(path: Path): number;
}

/** One thing wrong with a file. */
export interface Fault {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
}

/**
 * Reads a file.
 * @throws HomewardError CONFIG_INVALID naming every fault by file and line
 */
export function readYaml<S extends z.ZodType>(file: string, schema: S): YamlFile<z.output<S>> {
  const lines = new LineCounter();
  const document = parseDocument(textOf(file), { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  if (document.errors.length > 0) {
    refuse(
      document.errors.map((error) => ({
        file,
        line: lineAt(error.pos[0]),
        reason: reasonOf(error.code, error.message),
      })),
    );
  }
  const data: unknown = document.toJS();
  const lineOf = (path: Path): number => lineAt(offsetOf(document, path));
  const read = schema.safeParse(data);
  if (!read.success) refuse(read.error.issues.flatMap((issue) => faultsOf(issue, data, file, lineOf)));
  return { file, value: read.data, lineOf };
}

/** What was read; or null, with what is wrong added to the faults. */
export function gather<T>(faults: Fault[], read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FolderFaults)) throw error;
    faults.push(...error.faults);
    return null;
  }
}

/**
 * The YAML files in a folder, by name; none where there is no folder.
 * @param found takes what is wrong, and those that can be read are returned; not given, it is thrown
 * @throws HomewardError CONFIG_INVALID naming every fault of every file
 */
export function readYamlFolder<S extends z.ZodType>(
  folder: string,
  schema: S,
  found?: Fault[],
): YamlFile<z.output<S>>[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
  const faults = found ?? [];
  const files = names.sort().flatMap((name) => gather(faults, () => readYaml(join(folder, name), schema)) ?? []);
  if (found === undefined && faults.length > 0) refuse(faults);
  return files;
}

/** A configuration folder that cannot be used, with its faults one by one. */
class FolderFaults extends HomewardError {
  readonly faults: readonly Fault[];
  constructor(faults: readonly Fault[]) {
    super('CONFIG_INVALID', linesOf(faults).join('\n'));
    this.faults = faults;
  }
}

/** The faults as lines, `file:line reason.`, in the order in which somebody goes through the files. */
export function linesOf(faults: readonly Fault[]): string[] {
  const inOrder = [...faults].sort((a, b) => a.file.localeCompare(b.file, 'en') || a.line - b.line);
  return [...new Set(inOrder.map(({ file, line, reason }) => `${file}:${line} ${reason}.`))];
}

/** Stops the start. @throws HomewardError CONFIG_INVALID, always */
export function refuse(faults: readonly Fault[]): never {
  throw new FolderFaults(faults);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return refuse([{ file, line: 1, reason: missing ? 'the file is missing' : 'the file cannot be read' }]);
  }
}

function reasonOf(code: string, message: string): string {
  if (code === 'DUPLICATE_KEY') return 'this key stands twice in the same block';
  return `this is not YAML: ${message.split('\n')[0]?.replace(/[.:]?$/, '') ?? code}`;
}

function faultsOf(issue: z.core.$ZodIssue, data: unknown, file: string, lineOf: (path: Path) => number): Fault[] {
  const at = (path: Path, reason: string): Fault => ({ file, line: lineOf(path), reason });
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => at([...issue.path, key], `${quote(key)} is not a key that is known here`));
  }
  const name = issue.path.length > 0 ? quote(nameOf(issue.path)) : 'the file';
  const given = valueAt(data, issue.path);
  if (given === undefined) return [at(issue.path, `${name} is missing`)];
  if (issue.code === 'invalid_type') {
    const hint = issue.expected === 'string' && typeof given === 'number' ? ': put it in quotes' : '';
    return [at(issue.path, `${name} must be ${typeNames[issue.expected] ?? issue.expected}${hint}`)];
  }
  if (issue.code === 'invalid_value') {
    return [
      at(
        issue.path,
        `${name} must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`,
      ),
    ];
  }
  return [at(issue.path, `${name}: ${issue.message}`)];
}

const typeNames: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a block of keys',
  record: 'a block of keys',
};

function nameOf(path: Path): string {
  const last = path.at(-1);
  return typeof last === 'number' ? `${String(path.at(-2) ?? 'item')} ${last + 1}` : String(last);
}

function quote(text: PropertyKey): string {
  return `“${String(text)}”`;
}

function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key], data);
}

/** Walks down a path as far as the file goes: a missing key is shown at the block that lacks it. */
function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(key),
      );
      if (!pair) break;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      const item = node.items[Number(key)];
      if (item === undefined) break;
      offset = startOf(item) ?? offset;
      node = item;
    } else break;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null)?.range?.[0];
}
