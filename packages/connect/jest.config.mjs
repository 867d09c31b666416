export default { displayName: 'connect', preset: '../../jest.preset.js' };
