/** Which keys are the guarded one: those that some store or reader between here and a server takes for it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyMatcher } from '../../../src/stages/guarded-key.ts';

const matches = keyMatcher('auto_disk_config');

const spellings: readonly (readonly [why: string, key: string])[] = [
  ['itself', 'auto_disk_config'],
  ['upper case', 'AUTO_DISK_CONFIG'],
  ['the alias of Nova', 'hw_auto_disk_config'],
  ['the alias in upper case', 'HW_Auto_Disk_Config'],
  ['a suffix for a format', 'auto_disk_config.json'],
  ['blanks around it', ' auto_disk_config\t'],
  ['a blank in it', 'auto_disk _config'],
  ['full-width letters', 'ａｕｔｏ_disk_config'],
  ['a full-width low line', 'auto＿disk＿config'],
  ['accents', 'aütö_dìsk_cõnfíg'],
  ['accents as marks', 'auto_disk_cõnfig'],
  ['a zero-width space', 'auto_​disk_config'],
  ['a soft hyphen', 'auto_­disk_config'],
  ['a mark of direction', '‮auto_disk_config'],
  ['a byte order mark', '﻿auto_disk_config'],
  ['a ligature', 'auto_disk_conﬁg'],
  ['a dotless i, which upper case makes an I', 'auto_dısk_config'],
  ['a capital I with a dot', 'AUTO_DİSK_CONFIG'],
  ['a long s', 'auto_diſk_config'],
  ['the sign for kelvin', 'auto_disK_config'],
  ['a stroke, which collations by the Unicode algorithm pass over', 'autø_disk_config'],
  ['mathematical letters', '𝐚𝐮𝐭𝐨_disk_config'],
  ['letters in circles', 'ⓐⓤⓣⓞ_disk_config'],
  ['NUL behind it', 'auto_disk_config\0'],
];
for (const [why, key] of spellings)
  test(`${why} does not hide the guarded key`, () => assert.ok(matches(key), key));

const others = [
  'auto-disk-config',
  'autodiskconfig',
  'auto_disk_config2',
  'x_auto_disk_config',
  'auto_disk',
  'hw_hw_auto_disk_config',
  'os_type',
  '',
  'аuto_disk_config',
];
for (const key of others)
  test(`${JSON.stringify(key)} is another key`, () => assert.equal(matches(key), false));
