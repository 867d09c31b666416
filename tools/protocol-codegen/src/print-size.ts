/** `size…` functions, and `outOfLine…` functions for messages that carry record batches. */
import type { Emitter } from './emitter.ts';
import {
  capitalize,
  choose,
  FIXED_SIZES,
  isNullable,
  lengthStyle,
  methodSuffix,
  nonDefaultCondition,
  presence,
  versionCondition,
} from './field-code.ts';
import type { LengthStyle } from './field-code.ts';
import type { ElementType, Field, Message, Struct } from './schema.ts';

export function printSize(emitter: Emitter, message: Message, struct: Struct): void {
  for (const field of struct.fields) {
    if (field.tag !== null) printTagSizeFunction(emitter, message, struct, field);
  }
  const style = lengthStyle(message, struct.reach);
  emitter.block(`function size${struct.typeName}(m: ${struct.typeName}, v: number): number`, () => {
    if (style === 'mixed') emitter.line(`const flexible = v >= ${message.flexible.from};`);
    emitter.line(`let n = ${unconditionalBytes(struct)};`);
    for (const field of struct.fields) {
      if (field.tag !== null) continue;
      const condition = versionCondition(presence(struct, field), struct.reach);
      if (fixedBytes(field) !== undefined && condition === null) continue;
      emitter.when(condition, () => printFieldSize(emitter, message, struct, field, `m.${field.name}`));
    }
    if (style !== 'classic') printTagSectionSize(emitter, struct, style);
    emitter.line('return n;');
  });
  emitter.line();
}

/** Sum of the fields whose size depends on neither value nor version. */
function unconditionalBytes(struct: Struct): number {
  let size = 0;
  for (const field of struct.fields) {
    const isAlwaysThere = field.tag === null && versionCondition(presence(struct, field), struct.reach) === null;
    if (isAlwaysThere) size += fixedBytes(field) ?? 0;
  }
  return size;
}

function fixedBytes(field: Field): number | undefined {
  return field.type.kind === 'primitive' ? FIXED_SIZES[field.type.primitive] : undefined;
}

function printFieldSize(emitter: Emitter, message: Message, struct: Struct, field: Field, value: string): void {
  const style = lengthStyle(message, presence(struct, field), field);
  const { type } = field;
  if (type.kind === 'primitive') {
    const fixed = FIXED_SIZES[type.primitive];
    emitter.line(
      fixed === undefined ? addSize(emitter, style, type.primitive, isNullable(field), value) : `n += ${fixed};`,
    );
    return;
  }
  if (type.kind === 'struct') {
    const size = `size${type.struct.typeName}(${value}, v)`;
    emitter.line(`n += ${isNullable(field) ? `1 + (${value} === null ? 0 : ${size})` : size};`);
    return;
  }
  const body = (): void => printArraySize(emitter, type.element, style, value);
  if (!isNullable(field)) {
    body();
    return;
  }
  emitter.line(`if (${value} === null) n += ${choose(style, '1', '4')};`);
  emitter.block('else', body);
}

function addSize(emitter: Emitter, style: LengthStyle, primitive: string, nullable: boolean, value: string): string {
  const prefix = nullable && primitive !== 'records' ? 'Nullable' : '';
  const suffix = prefix + methodSuffix(primitive as 'string');
  const compact = style === 'classic' ? '' : `${emitter.use(`sizeOfCompact${suffix}`)}(${value})`;
  const classic = style === 'compact' ? '' : `${emitter.use(`sizeOf${suffix}`)}(${value})`;
  return `n += ${choose(style, compact, classic)};`;
}

function printArraySize(emitter: Emitter, element: ElementType, style: LengthStyle, value: string): void {
  const compact = style === 'classic' ? '' : `${emitter.use('sizeOfUvarint')}(${value}.length + 1)`;
  const prefix = choose(style, compact, '4');
  if (element.kind === 'struct') {
    emitter.line(`n += ${prefix};`);
    emitter.line(`for (const e of ${value}) n += size${element.struct.typeName}(e, v);`);
    return;
  }
  const fixed = FIXED_SIZES[element.primitive];
  if (fixed !== undefined) {
    const length = fixed === 1 ? `${value}.length` : `${value}.length * ${fixed}`;
    emitter.line(`n += ${style === 'mixed' ? `(${prefix})` : prefix} + ${length};`);
    return;
  }
  emitter.line(`n += ${prefix};`);
  emitter.line(`for (const e of ${value}) ${addSize(emitter, style, element.primitive, false, 'e')}`);
}

function printTagSectionSize(emitter: Emitter, struct: Struct, style: LengthStyle): void {
  const tagged = struct.fields.filter((field) => field.tag !== null);
  if (tagged.length === 0) {
    const size = `${emitter.use('sizeOfTaggedFields')}(m.unknownTaggedFields)`;
    emitter.line(style === 'mixed' ? `if (flexible) n += ${size};` : `n += ${size};`);
    return;
  }
  emitter.when(style === 'mixed' ? 'flexible' : null, () => {
    emitter.line('let tagCount = m.unknownTaggedFields === undefined ? 0 : m.unknownTaggedFields.length;');
    for (const field of tagged) {
      emitter.block(`if (${taggedCondition(emitter, struct, field)})`, () => {
        emitter.line('tagCount++;');
        emitter.line(`const s = ${tagSizeFunction(struct, field)}(m.${field.name}, v);`);
        emitter.line(
          `n += ${field.tag === 0 ? '1' : `${emitter.use('sizeOfUvarint')}(${field.tag})`} + ${emitter.use('sizeOfUvarint')}(s) + s;`,
        );
      });
    }
    emitter.line(
      `n += ${emitter.use('sizeOfUvarint')}(tagCount) + ${emitter.use('sizeOfRawTags')}(m.unknownTaggedFields);`,
    );
  });
}

/** Condition under which a tagged field is written: the version has it and it is not at its default. */
export function taggedCondition(emitter: Emitter, struct: Struct, field: Field): string {
  const condition = versionCondition(presence(struct, field), struct.reach);
  const value = nonDefaultCondition(emitter, field, `m.${field.name}`);
  if (condition === null) return value;
  return value.includes('||') ? `${condition} && (${value})` : `${condition} && ${value}`;
}

export function tagSizeFunction(struct: Struct, field: Field): string {
  return `size${struct.typeName}${capitalize(field.name)}Tag`;
}

function printTagSizeFunction(emitter: Emitter, message: Message, struct: Struct, field: Field): void {
  const parameter = `value: ${struct.typeName}['${field.name}'], v: number`;
  emitter.block(`function ${tagSizeFunction(struct, field)}(${parameter}): number`, () => {
    emitter.line('let n = 0;');
    printFieldSize(emitter, message, struct, field, 'value');
    emitter.line('return n;');
  });
  emitter.line();
}

/** Structs that hold record batches themselves or further down. */
export function structsWithRecords(message: Message): Set<Struct> {
  const found = new Set<Struct>();
  // Structs are listed outside in and do not recurse, so walking backwards sees the inner ones first; shared structs may
  // come late, hence the repetition until nothing changes.
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const struct of message.structs) {
      const holds = struct.fields.some(({ type }) => {
        const element = type.kind === 'array' ? type.element : type;
        return element.kind === 'struct' ? found.has(element.struct) : element.primitive === 'records';
      });
      if (holds) found.add(struct);
    }
  }
  return found;
}

export function printOutOfLine(emitter: Emitter, struct: Struct, withRecords: ReadonlySet<Struct>): void {
  emitter.block(`function outOfLine${struct.typeName}(m: ${struct.typeName}, v: number): number`, () => {
    emitter.line('let n = 0;');
    for (const field of struct.fields) {
      const { type } = field;
      const element = type.kind === 'array' ? type.element : type;
      const isRecords = element.kind === 'primitive' && element.primitive === 'records';
      if (!isRecords && !(element.kind === 'struct' && withRecords.has(element.struct))) continue;
      emitter.when(versionCondition(presence(struct, field), struct.reach), () => {
        printFieldOutOfLine(emitter, field, element);
      });
    }
    emitter.line('return n;');
  });
  emitter.line();
}

function printFieldOutOfLine(emitter: Emitter, field: Field, element: ElementType): void {
  const value = `m.${field.name}`;
  if (element.kind === 'primitive') {
    emitter.line(`n += ${emitter.use('outOfLineBytes')}(${value});`);
    return;
  }
  const call = `outOfLine${element.struct.typeName}`;
  const add =
    field.type.kind === 'array' ? `for (const e of ${value}) n += ${call}(e, v);` : `n += ${call}(${value}, v);`;
  emitter.line(isNullable(field) ? `if (${value} !== null) { ${add} }` : add);
}
