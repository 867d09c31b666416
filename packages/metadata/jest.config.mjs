export default { displayName: 'metadata', preset: '../../jest.preset.js' };
