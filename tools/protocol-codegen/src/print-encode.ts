/** `encode…` functions. They refuse what a version cannot carry: null where it has no null, values that it lacks. */
import type { Emitter } from './emitter.ts';
import {
  choose,
  isFixedSize,
  isNullable,
  lengthStyle,
  methodSuffix,
  nonDefaultCondition,
  notNullCondition,
  presence,
  versionCondition,
} from './field-code.ts';
import type { LengthStyle } from './field-code.ts';
import { taggedCondition, tagSizeFunction } from './print-size.ts';
import type { ElementType, Field, Message, Struct } from './schema.ts';

export function printEncode(emitter: Emitter, message: Message, struct: Struct): void {
  const style = lengthStyle(message, struct.reach);
  emitter.block(`function encode${struct.typeName}(w: Writer, m: ${struct.typeName}, v: number): void`, () => {
    if (style === 'mixed') emitter.line(`const flexible = v >= ${message.flexible.from};`);
    for (const field of struct.fields) {
      const condition = versionCondition(presence(struct, field), struct.reach);
      if (field.tag === null) {
        emitter.when(condition, () => printFieldWrite(emitter, message, struct, field));
      }
      if (condition !== null && !field.ignorable) printRefusal(emitter, struct, field, condition);
    }
    if (style !== 'classic') printTagSection(emitter, message, struct, style);
  });
  emitter.line();
}

function printRefusal(emitter: Emitter, struct: Struct, field: Field, condition: string): void {
  const isSet = nonDefaultCondition(emitter, field, `m.${field.name}`);
  const error = `${emitter.use('unsupportedField')}('${struct.typeName}', '${field.name}', v)`;
  emitter.line(`if (!(${condition}) && ${isSet.includes('||') ? `(${isSet})` : isSet}) throw ${error};`);
}

function printFieldWrite(emitter: Emitter, message: Message, struct: Struct, field: Field): void {
  const value = `m.${field.name}`;
  const { type } = field;
  const isRecords = type.kind === 'primitive' && type.primitive === 'records';
  const refusal = isNullable(field) || isRecords ? notNullCondition(struct, field) : null;
  if (refusal !== null) {
    const error = `${emitter.use('nullField')}('${struct.typeName}', '${field.name}', v)`;
    const test = refusal === 'true' ? `${value} === null` : `${value} === null && ${refusal}`;
    emitter.line(`if (${test}) throw ${error};`);
  }
  const style = lengthStyle(message, presence(struct, field), field);
  if (type.kind === 'primitive') {
    emitter.line(writeValue(style, type, isNullable(field), value));
    return;
  }
  if (type.kind === 'struct') {
    const write = `encode${type.struct.typeName}(w, ${value}, v);`;
    if (!isNullable(field)) {
      emitter.line(write);
      return;
    }
    emitter.line(`if (${value} === null) w.int8(-1);`);
    emitter.block('else', () => {
      emitter.line('w.int8(1);');
      emitter.line(write);
    });
    return;
  }
  const body = (): void => {
    emitter.line(statement(style, `w.compactArrayLength(${value}.length)`, `w.arrayLength(${value}.length)`));
    emitter.line(`for (const e of ${value}) ${writeElement(style, type.element)}`);
  };
  if (!isNullable(field)) {
    body();
    return;
  }
  emitter.block(
    `if (${value} === null)`,
    () => emitter.line(statement(style, 'w.uvarint(0)', 'w.int32(-1)')),
    '} else {',
  );
  emitter.indented(body);
  emitter.line('}');
}

function writeElement(style: LengthStyle, element: ElementType): string {
  if (element.kind === 'struct') return `encode${element.struct.typeName}(w, e, v);`;
  const write = writeValue(style, element, false, 'e');
  return style === 'mixed' && !isFixedSize(element.primitive) ? `{ ${write} }` : write;
}

function writeValue(
  style: LengthStyle,
  type: ElementType & { kind: 'primitive' },
  nullable: boolean,
  value: string,
): string {
  const { primitive } = type;
  if (isFixedSize(primitive)) return `w.${primitive}(${value});`;
  const suffix = methodSuffix(primitive);
  if (!nullable || primitive === 'records') {
    return statement(style, `w.compact${suffix}(${value})`, `w.${primitive}(${value})`);
  }
  return statement(style, `w.compactNullable${suffix}(${value})`, `w.nullable${suffix}(${value})`);
}

function statement(style: LengthStyle, compact: string, classic: string): string {
  if (style === 'mixed') return `if (flexible) ${compact}; else ${classic};`;
  return `${choose(style, compact, classic)};`;
}

function printTagSection(emitter: Emitter, message: Message, struct: Struct, style: LengthStyle): void {
  const tagged = struct.fields.filter((field) => field.tag !== null).sort((a, b) => (a.tag ?? 0) - (b.tag ?? 0));
  if (tagged.length === 0) {
    emitter.line(`${style === 'mixed' ? 'if (flexible) ' : ''}w.taggedFields(m.unknownTaggedFields);`);
    return;
  }
  emitter.when(style === 'mixed' ? 'flexible' : null, () => {
    emitter.line('let tagCount = m.unknownTaggedFields === undefined ? 0 : m.unknownTaggedFields.length;');
    for (const field of tagged) emitter.line(`if (${taggedCondition(emitter, struct, field)}) tagCount++;`);
    emitter.line('w.uvarint(tagCount);');
    emitter.line('let u = 0;');
    for (const field of tagged) {
      emitter.block(`if (${taggedCondition(emitter, struct, field)})`, () => {
        emitter.line(`u = w.rawTags(m.unknownTaggedFields, u, ${field.tag});`);
        emitter.line(`w.uvarint(${field.tag});`);
        emitter.line(`w.uvarint(${tagSizeFunction(struct, field)}(m.${field.name}, v));`);
        printFieldWrite(emitter, message, struct, field);
      });
    }
    emitter.line('w.rawTags(m.unknownTaggedFields, u, Infinity);');
  });
}
