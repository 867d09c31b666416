export default { displayName: 'connect-testkit', preset: '../../jest.preset.js' };
