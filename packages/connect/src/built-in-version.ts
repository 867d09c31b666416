/** Version of the converters, transforms and predicates that come with the worker: that of the package. */
export const BUILT_IN_VERSION = '0.1.0';
