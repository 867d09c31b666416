/** Interfaces, `create…` functions with defaults, and the comparison with defaults where a codec needs it. */
import type { Emitter } from './emitter.ts';
import { defaultExpression, fieldType, isNullable, nonDefaultCondition } from './field-code.ts';
import type { Field, Message, Struct } from './schema.ts';
import { covers, formatRange, intersect, isEmpty, sameRange } from './version-range.ts';

export function printTypes(emitter: Emitter, message: Message): void {
  const compared = comparedStructs(message);
  for (const struct of message.structs) {
    printInterface(emitter, message, struct);
    printCreate(emitter, message, struct);
    if (compared.has(struct)) printIsDefault(emitter, message, struct);
  }
}

export function hasTaggedFields(message: Message): boolean {
  return !isEmpty(message.flexible);
}

function printInterface(emitter: Emitter, message: Message, struct: Struct): void {
  printDoc(emitter, struct.doc);
  emitter.block(`export interface ${struct.typeName}`, () => {
    for (const field of struct.fields) {
      printDoc(emitter, fieldDoc(message, field));
      emitter.line(`${field.name}: ${fieldType(emitter, field)};`);
    }
    if (hasTaggedFields(message)) {
      emitter.line(`unknownTaggedFields?: readonly ${emitter.useType('TaggedField')}[];`);
    }
  });
  emitter.line();
}

function fieldDoc(message: Message, field: Field): string {
  const notes: string[] = [];
  const range = intersect(field.versions, message.versions);
  if (!covers(field.versions, message.versions)) notes.push(`v${formatRange(upTo(message, range))}`);
  if (isNullable(field) && !sameRange(field.nullable, range)) {
    notes.push(`null in v${formatRange(upTo(message, field.nullable))}`);
  }
  if (field.tag !== null) notes.push(`tag ${field.tag}`);
  if (notes.length === 0) return field.doc;
  return `${field.doc}${field.doc === '' ? '' : ' '}(${notes.join(', ')})`;
}

/** Shows a range that reaches the newest version with an open end. */
function upTo(message: Message, range: { from: number; to: number }): { from: number; to: number } {
  return range.to === message.versions.to ? { from: range.from, to: Infinity } : range;
}

function printDoc(emitter: Emitter, doc: string): void {
  if (doc !== '') emitter.line(`/** ${doc} */`);
}

function printCreate(emitter: Emitter, message: Message, struct: Struct): void {
  const { typeName } = struct;
  emitter.block(`export function create${typeName}(init: Partial<${typeName}> = {}): ${typeName}`, () => {
    emitter.block(
      `const m: ${typeName} =`,
      () => {
        for (const field of struct.fields) {
          const fallback = defaultExpression(emitter, field);
          const given = `init.${field.name}`;
          const value =
            isNullable(field) && fallback !== 'null'
              ? `${given} === undefined ? ${fallback} : ${given}`
              : `${given} ?? ${fallback}`;
          emitter.line(`${field.name}: ${value},`);
        }
      },
      '};',
    );
    if (hasTaggedFields(message)) {
      emitter.line('if (init.unknownTaggedFields !== undefined) m.unknownTaggedFields = init.unknownTaggedFields;');
    }
    emitter.line('return m;');
  });
  emitter.line();
}

function printIsDefault(emitter: Emitter, message: Message, struct: Struct): void {
  emitter.block(`function isDefault${struct.typeName}(m: ${struct.typeName}): boolean`, () => {
    const conditions = struct.fields.map((field) => `(${nonDefaultCondition(emitter, field, `m.${field.name}`)})`);
    if (hasTaggedFields(message)) conditions.push('(m.unknownTaggedFields !== undefined)');
    emitter.line(`return !(${conditions.join(' || ')});`);
  });
  emitter.line();
}

/** Structs that some codec must compare with their default: tagged ones, and ones that a version lacks. */
function comparedStructs(message: Message): Set<Struct> {
  const compared = new Set<Struct>();
  const add = (struct: Struct): void => {
    if (compared.has(struct)) return;
    compared.add(struct);
    for (const { type, default: value } of struct.fields) {
      if (type.kind === 'struct' && value.kind === 'natural') add(type.struct);
    }
  };
  for (const struct of message.structs) {
    for (const field of struct.fields) {
      if (field.type.kind !== 'struct' || field.default.kind === 'null') continue;
      const isLackedBySome = !field.ignorable && !covers(field.versions, struct.reach);
      if (field.tag !== null || isLackedBySome) add(field.type.struct);
    }
  }
  return compared;
}
