/** `decode…` functions: one per struct, fields in wire order, a question on the version only where versions differ. */
import type { Emitter } from './emitter.ts';
import {
  choose,
  defaultExpression,
  elementSizeMin,
  fieldType,
  isFixedSize,
  isNullable,
  lengthStyle,
  localName,
  methodSuffix,
  notNullCondition,
  presence,
  typeScriptType,
  versionCondition,
} from './field-code.ts';
import type { LengthStyle } from './field-code.ts';
import type { ElementType, Field, Message, Struct } from './schema.ts';
import type { VersionRange } from './version-range.ts';

export function printDecode(emitter: Emitter, message: Message, struct: Struct): void {
  const { typeName } = struct;
  const style = lengthStyle(message, struct.reach);
  emitter.block(`function decode${typeName}(r: Reader, v: number): ${typeName}`, () => {
    if (style === 'mixed') emitter.line(`const flexible = v >= ${message.flexible.from};`);
    for (const field of struct.fields) {
      if (field.tag !== null) printDeclaration(emitter, field);
      else printField(emitter, message, struct, field);
    }
    if (style !== 'classic') printTagSection(emitter, message, struct, style);
    const names = struct.fields.map((field) =>
      localName(field) === field.name ? field.name : `${field.name}: ${localName(field)}`,
    );
    if (style === 'classic') {
      emitter.line(`return { ${names.join(', ')} };`);
      return;
    }
    emitter.line(`const m: ${typeName} = { ${names.join(', ')} };`);
    emitter.line('if (unknownTaggedFields !== undefined) m.unknownTaggedFields = unknownTaggedFields;');
    emitter.line('return m;');
  });
  emitter.line();
}

function printDeclaration(emitter: Emitter, field: Field): void {
  emitter.line(`let ${localName(field)}: ${fieldType(emitter, field)} = ${defaultExpression(emitter, field)};`);
}

function printField(emitter: Emitter, message: Message, struct: Struct, field: Field): void {
  const range = presence(struct, field);
  const condition = versionCondition(range, struct.reach);
  const local = localName(field);
  const expression = readExpression(message, field, range);
  const refusal = isNullable(field) || isRecords(field) ? notNullCondition(struct, field) : null;
  if (expression !== null && refusal === null) {
    const absent = condition === null ? '' : defaultExpression(emitter, field);
    const value = condition === null ? expression : `${condition} ? ${parenthesize(expression)} : ${absent}`;
    const annotation = absent === '[]' || absent.startsWith('create') ? `: ${fieldType(emitter, field)}` : '';
    emitter.line(`const ${local}${annotation} = ${value};`);
    return;
  }
  if (field.type.kind === 'array' && !isNullable(field)) {
    printArray(emitter, message, field, field.type.element, range, condition);
    return;
  }
  printDeclaration(emitter, field);
  emitter.when(condition, () => printAssignment(emitter, message, struct, field, range));
}

/** An array that cannot be null, read into a constant. */
function printArray(
  emitter: Emitter,
  message: Message,
  field: Field,
  element: ElementType,
  range: VersionRange,
  condition: string | null,
): void {
  const local = localName(field);
  const style = lengthStyle(message, range, field);
  const min = elementSizeMin(message, element, range);
  emitter.line(`const ${local}: ${typeScriptType(emitter, element)}[] = [];`);
  const body = (): void => {
    emitter.line(`const count = ${choose(style, `r.compactArrayLength(${min})`, `r.arrayLength(${min})`)};`);
    emitter.line(`for (let i = 0; i < count; i++) ${local}.push(${readElement(element, style)});`);
  };
  if (condition === null) emitter.scope(body);
  else emitter.block(`if (${condition})`, body);
}

function printAssignment(emitter: Emitter, message: Message, struct: Struct, field: Field, range: VersionRange): void {
  const local = localName(field);
  const refusal = isNullable(field) || isRecords(field) ? notNullCondition(struct, field) : null;
  const error = refusal === null ? '' : `${emitter.use('nullField')}('${struct.typeName}', '${field.name}', v)`;
  const expression = readExpression(message, field, range);
  if (expression !== null) {
    emitter.line(`${local} = ${expression};`);
    if (refusal === 'true') emitter.line(`if (${local} === null) throw ${error};`);
    else if (refusal !== null) emitter.line(`if (${local} === null && ${refusal}) throw ${error};`);
    return;
  }
  if (field.type.kind !== 'array') throw new Error(`no way to read ${struct.typeName}.${field.name}`);
  const { element } = field.type;
  const style = lengthStyle(message, range, field);
  const min = elementSizeMin(message, element, range);
  const loop = (): void => {
    emitter.line(`const items: ${typeScriptType(emitter, element)}[] = [];`);
    emitter.line(`for (let i = 0; i < count; i++) items.push(${readElement(element, style)});`);
    emitter.line(`${local} = items;`);
  };
  emitter.scope(() => {
    if (!isNullable(field)) {
      emitter.line(`const count = ${choose(style, `r.compactArrayLength(${min})`, `r.arrayLength(${min})`)};`);
      loop();
      return;
    }
    const read = choose(style, `r.compactNullableArrayLength(${min})`, `r.nullableArrayLength(${min})`);
    emitter.line(`const count = ${read};`);
    emitter.line('if (count < 0) {');
    emitter.indented(() => {
      if (refusal !== null) emitter.line(`if (${refusal}) throw ${error};`);
      emitter.line(`${local} = null;`);
    });
    emitter.line('} else {');
    emitter.indented(loop);
    emitter.line('}');
  });
}

/** An expression that reads the whole field, or null when it takes statements. */
function readExpression(message: Message, field: Field, range: VersionRange): string | null {
  const { type } = field;
  if (type.kind === 'array') return null;
  if (type.kind === 'struct') {
    const read = `decode${type.struct.typeName}(r, v)`;
    return isNullable(field) ? `r.structPresent() ? ${read} : null` : read;
  }
  const { primitive } = type;
  if (isFixedSize(primitive)) return `r.${primitive}()`;
  const style = lengthStyle(message, range, field);
  if (primitive === 'records') return choose(style, 'r.compactRecords()', 'r.records()');
  const suffix = methodSuffix(primitive);
  if (isNullable(field)) return choose(style, `r.compactNullable${suffix}()`, `r.nullable${suffix}()`);
  return choose(style, `r.compact${suffix}()`, `r.${primitive}()`);
}

function readElement(element: ElementType, style: LengthStyle): string {
  if (element.kind === 'struct') return `decode${element.struct.typeName}(r, v)`;
  const { primitive } = element;
  if (isFixedSize(primitive)) return `r.${primitive}()`;
  return choose(style, `r.compact${methodSuffix(primitive)}()`, `r.${primitive}()`);
}

function printTagSection(emitter: Emitter, message: Message, struct: Struct, style: LengthStyle): void {
  const tagged = struct.fields.filter((field) => field.tag !== null);
  if (tagged.length === 0) {
    const read = style === 'mixed' ? 'flexible ? r.taggedFields() : undefined' : 'r.taggedFields()';
    emitter.line(`const unknownTaggedFields = ${read};`);
    return;
  }
  emitter.line(`let unknownTaggedFields: ${emitter.useType('TaggedField')}[] | undefined;`);
  emitter.when(style === 'mixed' ? 'flexible' : null, () => {
    emitter.line('const tagCount = r.tagCount();');
    emitter.block('for (let i = 0, tag = -1; i < tagCount; i++)', () => {
      emitter.line('tag = r.tag(tag);');
      emitter.line('const end = r.taggedFieldEnd();');
      tagged.forEach((field, index) => {
        const range = presence(struct, field);
        const condition = versionCondition(range, struct.reach);
        const test = condition === null ? `tag === ${field.tag}` : `tag === ${field.tag} && ${condition}`;
        emitter.line(`${index === 0 ? '' : '} else '}if (${test}) {`);
        emitter.indented(() => {
          printAssignment(emitter, message, struct, field, range);
          emitter.line('r.expectPosition(end);');
        });
      });
      emitter.line('} else {');
      emitter.indented(() => emitter.line('(unknownTaggedFields ??= []).push(r.unknownTaggedField(tag, end));'));
      emitter.line('}');
    });
  });
}

function isRecords(field: Field): boolean {
  return field.type.kind === 'primitive' && field.type.primitive === 'records';
}

function parenthesize(expression: string): string {
  return expression.includes('?') ? `(${expression})` : expression;
}
