/** What is asked of both workers, one after the other; see record.ts. `{dir}` is a folder of the run. */

export interface Wait {
  readonly connector: string;
  readonly state: string;
  readonly tasks: readonly string[];
}

export interface Step {
  /** Says what it is about. */
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  /** Sent as it is, instead of `body`. */
  readonly text?: string;
  readonly contentType?: string;
  /** Before the request. */
  readonly wait?: Wait;
  /** Lines for the source's file, before the request and the wait. */
  readonly append?: string;
  /** Before the request: until the answer to this path has the text. */
  readonly until?: { readonly path: string; readonly has: string };
}

const SOURCE = 'org.apache.kafka.connect.file.FileStreamSourceConnector';
const SINK = 'org.apache.kafka.connect.file.FileStreamSinkConnector';
const source = {
  'connector.class': SOURCE,
  'tasks.max': '1',
  file: '{dir}/in.txt',
  topic: 'lines',
};
const sink = { 'connector.class': SINK, 'tasks.max': '1', file: '{dir}/out.txt', topics: 'lines' };
const running = (connector: string): Wait => ({ connector, state: 'RUNNING', tasks: ['RUNNING'] });

export const STEPS: readonly Step[] = [
  { id: 'root', method: 'GET', path: '/' },
  { id: 'health', method: 'GET', path: '/health' },
  { id: 'no connectors', method: 'GET', path: '/connectors' },
  { id: 'plugins', method: 'GET', path: '/connector-plugins' },
  { id: 'plugins of all kinds', method: 'GET', path: '/connector-plugins?connectorsOnly=false' },
  {
    id: 'settings of a source',
    method: 'GET',
    path: '/connector-plugins/FileStreamSource/config',
  },
  { id: 'settings of a sink', method: 'GET', path: `/connector-plugins/${SINK}/config` },
  { id: 'settings of a transform', method: 'GET', path: '/connector-plugins/RegexRouter/config' },
  { id: 'settings of an unknown plugin', method: 'GET', path: '/connector-plugins/Nope/config' },
  {
    id: 'validate',
    method: 'PUT',
    path: '/connector-plugins/FileStreamSource/config/validate',
    body: { name: 'one', ...source },
  },
  {
    id: 'validate with errors',
    method: 'PUT',
    path: '/connector-plugins/FileStreamSource/config/validate',
    body: { 'connector.class': SOURCE, 'tasks.max': 'many', 'batch.size': 'x' },
  },
  {
    id: 'validate with transforms and predicates',
    method: 'PUT',
    path: '/connector-plugins/FileStreamSinkConnector/config/validate',
    body: {
      name: 'two',
      ...sink,
      transforms: 'route',
      'transforms.route.type': 'org.apache.kafka.connect.transforms.RegexRouter',
      'transforms.route.regex': '(.*)',
      'transforms.route.replacement': 'x-$1',
      'transforms.route.predicate': 'old',
      predicates: 'old',
      'predicates.old.type': 'org.apache.kafka.connect.transforms.predicates.TopicNameMatches',
      'predicates.old.pattern': 'old-.*',
    },
  },
  {
    id: 'validate without a class',
    method: 'PUT',
    path: '/connector-plugins/FileStreamSource/config/validate',
    body: { file: 'x' },
  },
  {
    id: 'validate with another class',
    method: 'PUT',
    path: '/connector-plugins/FileStreamSource/config/validate',
    body: { ...sink, name: 'one' },
  },
  {
    id: 'validate an unknown plugin',
    method: 'PUT',
    path: '/connector-plugins/Nope/config/validate',
    body: { 'connector.class': 'Nope', name: 'one' },
  },
  { id: 'unknown connector', method: 'GET', path: '/connectors/nope' },
  { id: 'config of an unknown connector', method: 'GET', path: '/connectors/nope/config' },
  { id: 'status of an unknown connector', method: 'GET', path: '/connectors/nope/status' },
  { id: 'tasks of an unknown connector', method: 'GET', path: '/connectors/nope/tasks' },
  { id: 'task status of an unknown connector', method: 'GET', path: '/connectors/nope/tasks/0/status' },
  { id: 'topics of an unknown connector', method: 'GET', path: '/connectors/nope/topics' },
  { id: 'offsets of an unknown connector', method: 'GET', path: '/connectors/nope/offsets' },
  { id: 'delete an unknown connector', method: 'DELETE', path: '/connectors/nope' },
  { id: 'pause an unknown connector', method: 'PUT', path: '/connectors/nope/pause' },
  { id: 'resume an unknown connector', method: 'PUT', path: '/connectors/nope/resume' },
  { id: 'stop an unknown connector', method: 'PUT', path: '/connectors/nope/stop' },
  { id: 'restart an unknown connector', method: 'POST', path: '/connectors/nope/restart' },
  {
    id: 'restart an unknown connector with tasks',
    method: 'POST',
    path: '/connectors/nope/restart?includeTasks=true',
  },
  { id: 'patch an unknown connector', method: 'PATCH', path: '/connectors/nope/config', body: { a: 'b' } },
  { id: 'reset offsets of an unknown connector', method: 'DELETE', path: '/connectors/nope/offsets' },
  { id: 'broken JSON', method: 'POST', path: '/connectors', text: '{"name": ' },
  { id: 'wrong content type', method: 'POST', path: '/connectors', text: 'name=x', contentType: 'text/plain' },
  { id: 'create without a body', method: 'POST', path: '/connectors' },
  { id: 'create with an unknown field', method: 'POST', path: '/connectors', body: { name: 'a', conf: {} } },
  { id: 'create without a class', method: 'POST', path: '/connectors', body: { name: 'one', config: { file: 'x' } } },
  {
    id: 'create with an unknown class',
    method: 'POST',
    path: '/connectors',
    body: { name: 'one', config: { 'connector.class': 'Nope' } },
  },
  {
    id: 'create with errors',
    method: 'POST',
    path: '/connectors',
    body: { name: 'one', config: { 'connector.class': SOURCE, 'tasks.max': 'many' } },
  },
  {
    id: 'create with another name in the config',
    method: 'POST',
    path: '/connectors',
    body: { name: 'one', config: { ...source, name: 'two' } },
  },
  {
    id: 'create with an unknown initial state',
    method: 'POST',
    path: '/connectors',
    body: { name: 'one', config: source, initial_state: 'FLYING' },
  },
  { id: 'create', method: 'POST', path: '/connectors', body: { name: 'one', config: source } },
  { id: 'create again', method: 'POST', path: '/connectors', body: { name: 'one', config: source } },
  { id: 'connectors', method: 'GET', path: '/connectors', append: 'a\nb\nc\n', wait: running('one') },
  { id: 'connector', method: 'GET', path: '/connectors/one' },
  { id: 'config', method: 'GET', path: '/connectors/one/config' },
  { id: 'status', method: 'GET', path: '/connectors/one/status' },
  { id: 'tasks', method: 'GET', path: '/connectors/one/tasks' },
  { id: 'task status', method: 'GET', path: '/connectors/one/tasks/0/status' },
  { id: 'status of an unknown task', method: 'GET', path: '/connectors/one/tasks/7/status' },
  { id: 'status of a task that is no number', method: 'GET', path: '/connectors/one/tasks/x/status' },
  { id: 'tasks-config', method: 'GET', path: '/connectors/one/tasks-config' },
  { id: 'expand status', method: 'GET', path: '/connectors?expand=status' },
  { id: 'expand both', method: 'GET', path: '/connectors?expand=status&expand=info' },
  { id: 'expand something unknown', method: 'GET', path: '/connectors?expand=colour' },
  {
    id: 'topics',
    method: 'GET',
    path: '/connectors/one/topics',
    until: { path: '/connectors/one/topics', has: 'lines' },
  },
  { id: 'reset topics', method: 'PUT', path: '/connectors/one/topics/reset' },
  { id: 'update with PUT', method: 'PUT', path: '/connectors/one/config', body: { ...source, 'batch.size': '10' } },
  {
    id: 'update with another name',
    method: 'PUT',
    path: '/connectors/one/config',
    body: { ...source, name: 'other' },
    wait: running('one'),
  },
  { id: 'update with errors', method: 'PUT', path: '/connectors/one/config', body: { ...source, 'batch.size': 'x' } },
  {
    id: 'patch',
    method: 'PATCH',
    path: '/connectors/one/config',
    body: { 'batch.size': null, 'errors.log.enable': 'true' },
  },
  { id: 'patch with errors', method: 'PATCH', path: '/connectors/one/config', body: { 'tasks.max': '0' } },
  { id: 'create with PUT', method: 'PUT', path: '/connectors/two/config', body: sink },
  { id: 'status of a sink', method: 'GET', path: '/connectors/two/status', wait: running('two') },
  { id: 'restart', method: 'POST', path: '/connectors/one/restart', wait: running('one') },
  { id: 'restart with tasks', method: 'POST', path: '/connectors/one/restart?includeTasks=true', wait: running('one') },
  {
    id: 'restart what failed',
    method: 'POST',
    path: '/connectors/one/restart?includeTasks=true&onlyFailed=true',
    wait: running('one'),
  },
  { id: 'restart a task', method: 'POST', path: '/connectors/one/tasks/0/restart', wait: running('one') },
  { id: 'restart an unknown task', method: 'POST', path: '/connectors/one/tasks/7/restart', wait: running('one') },
  {
    id: 'offsets',
    method: 'GET',
    path: '/connectors/one/offsets',
    until: { path: '/connectors/one/offsets', has: 'position' },
  },
  {
    id: 'alter offsets of a running connector',
    method: 'PATCH',
    path: '/connectors/one/offsets',
    body: { offsets: [{ partition: { filename: '{dir}/in.txt' }, offset: { position: 2 } }] },
  },
  { id: 'reset offsets of a running connector', method: 'DELETE', path: '/connectors/one/offsets' },
  { id: 'pause', method: 'PUT', path: '/connectors/one/pause' },
  {
    id: 'status when paused',
    method: 'GET',
    path: '/connectors/one/status',
    wait: { connector: 'one', state: 'PAUSED', tasks: ['PAUSED'] },
  },
  { id: 'resume', method: 'PUT', path: '/connectors/one/resume' },
  { id: 'stop', method: 'PUT', path: '/connectors/one/stop', wait: running('one') },
  {
    id: 'status when stopped',
    method: 'GET',
    path: '/connectors/one/status',
    wait: { connector: 'one', state: 'STOPPED', tasks: [] },
  },
  { id: 'restart a task when stopped', method: 'POST', path: '/connectors/one/tasks/0/restart' },
  { id: 'alter no offsets', method: 'PATCH', path: '/connectors/one/offsets', body: { offsets: [] } },
  { id: 'alter offsets without a list', method: 'PATCH', path: '/connectors/one/offsets', body: {} },
  {
    id: 'alter offsets',
    method: 'PATCH',
    path: '/connectors/one/offsets',
    body: { offsets: [{ partition: { filename: '{dir}/in.txt' }, offset: { position: 2 } }] },
  },
  { id: 'altered offsets', method: 'GET', path: '/connectors/one/offsets' },
  {
    id: 'alter offsets that make no sense',
    method: 'PATCH',
    path: '/connectors/one/offsets',
    body: { offsets: [{ partition: { filename: '{dir}/in.txt' }, offset: { position: 'far' } }] },
  },
  { id: 'reset offsets', method: 'DELETE', path: '/connectors/one/offsets' },
  { id: 'offsets after a reset', method: 'GET', path: '/connectors/one/offsets' },
  { id: 'resume after a stop', method: 'PUT', path: '/connectors/one/resume' },
  {
    id: 'offsets of a sink',
    method: 'GET',
    path: '/connectors/two/offsets',
    until: { path: '/connectors/two/offsets', has: 'kafka_offset' },
  },
  { id: 'stop a sink', method: 'PUT', path: '/connectors/two/stop' },
  {
    id: 'alter offsets of a sink',
    method: 'PATCH',
    path: '/connectors/two/offsets',
    wait: { connector: 'two', state: 'STOPPED', tasks: [] },
    body: {
      offsets: [{ partition: { kafka_topic: 'lines', kafka_partition: 0 }, offset: { kafka_offset: 1 } }],
    },
  },
  {
    id: 'alter offsets of a sink that make no sense',
    method: 'PATCH',
    path: '/connectors/two/offsets',
    body: { offsets: [{ partition: { topic: 'lines' }, offset: { kafka_offset: 1 } }] },
  },
  { id: 'altered offsets of a sink', method: 'GET', path: '/connectors/two/offsets' },
  { id: 'reset offsets of a sink', method: 'DELETE', path: '/connectors/two/offsets' },
  {
    id: 'create stopped',
    method: 'POST',
    path: '/connectors',
    body: { name: 'three', config: { ...source, topic: 'other' }, initial_state: 'STOPPED' },
  },
  {
    id: 'status of one created stopped',
    method: 'GET',
    path: '/connectors/three/status',
    wait: { connector: 'three', state: 'STOPPED', tasks: [] },
  },
  { id: 'delete', method: 'DELETE', path: '/connectors/three' },
  { id: 'loggers', method: 'GET', path: '/admin/loggers/root' },
  { id: 'unknown logger', method: 'GET', path: '/admin/loggers/no.such.logger' },
  { id: 'set a level', method: 'PUT', path: '/admin/loggers/root', body: { level: 'WARN' } },
  { id: 'set an unknown level', method: 'PUT', path: '/admin/loggers/root', body: { level: 'LOUD' } },
  { id: 'set no level', method: 'PUT', path: '/admin/loggers/root', body: {} },
  {
    id: 'set a level in the cluster',
    method: 'PUT',
    path: '/admin/loggers/root?scope=cluster',
    body: { level: 'INFO' },
  },
  { id: 'unknown path', method: 'GET', path: '/nothing/here' },
  { id: 'unknown method', method: 'PUT', path: '/connectors' },
  { id: 'internal request without a signature', method: 'POST', path: '/connectors/one/tasks', body: [] },
  { id: 'delete the source', method: 'DELETE', path: '/connectors/one' },
  { id: 'delete the sink', method: 'DELETE', path: '/connectors/two' },
];
