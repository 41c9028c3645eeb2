#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
# The house rules that a machine can keep: house_rules.pl ROOT prints every breach as path:line:
# why. docs/style.md gives the reasons. Who includes whom is cmake/check-rooms.cmake's business,
# function length clang-tidy's.
use strict;
use warnings;
use utf8;
use open qw(:std :encoding(UTF-8));

my $root = shift // '.';
my $cpp = qr/\.(?:cc|h|c|inc)$/;
my $source = qr/\.(?:cc|h|c|inc|java|kt|swift|m|mm|sh|pl|py|awk|ts|tsx|js|cmake)$|^dev$|CMakeLists/;
my ($line_max, $header_max, $file_max) = (100, 200, 600);

# Each rule: where it holds, where it does not, what must not be there, why. `code` rules look at
# the line without its comments and string literals, `text` rules at all of it.
my @rules = (
  # Throwing a literal is how a consteval function refuses to compile.
  [code => qr/$cpp/, qr/^tests\//, qr/\bthrow\b(?! "")/,
    'errors are returned as Result, not thrown'],
  [code => qr/$cpp/, qr/^core\/base\/platform\//,
    qr/\bsystem_clock\b|\bgettimeofday\b|\bclock_gettime\b|\btime\((?:nullptr|NULL|0)\)/,
    'time comes in as an argument or from core/base/clock.h'],
  [code => qr/^(?:core|sync|mobile-bridge)\/.*$cpp/, qr/^core\/base\/platform\/|^sync\/transport\//,
    qr/\bsteady_clock\b|\bhigh_resolution_clock\b/,
    'time comes in as an argument or from core/base/clock.h'],
  [code => qr/$cpp/, qr/^core\/(?:base\/platform|crypto)\//,
    qr/\bs?rand\(|\brandom_device\b|\bd?rand48\(|\bgetrandom\(/,
    'randomness comes from core/base/random.h'],
  [code => qr/$cpp/, qr/^(?:apps|server|tests)\//,
    qr/\bstd::cout\b|(?<!\w)(?:std::)?(?:printf|puts)\(/, 'only programs print'],
  [code => qr/./, qr/^docs\//, qr/\b(?:New|Get|Release)StringUTF(?:Chars|Region)?\b/,
    'text crosses JNI as a byte[] of UTF-8'],
  [code => qr/^tests\/.*\.(?:cc|h|c|java|kt|swift)$/, qr/^$/,
    qr/\bsleep_(?:for|until)\b|\b(?:u|nano)?sleep\(|\bThread\.sleep\b/,
    'tests wait for events, not for time'],
  [code => qr/\.h$/, qr/^$/, qr/^\s*using\s+namespace\b/,
    'a header opens no namespace for its readers'],
  [code => qr/\.cc$/, qr/^$/, qr/\btypedef\b/, 'say it with using'],
  [text => qr/./, qr/^LICENSE$/, qr/\b(?:T[O]DO|F[I]XME|X[X]X|H[A]CK)\b/,
    'finish it, or open an issue'],
  [text => $source, qr/^$/, qr/\b(?:p[l]aceholder|s[t]ub|m[o]ck|d[u]mmy|f[o]r now|s[i]mplified)\b/i,
    'a word for unfinished work; say what it is'],
  [text => qr/./, qr/^$/, qr{\.\./s[h]ared|(?:^|[\s"'`(])/(?:work|home)/},
    'a path outside the repository'],
);

my $breaches = 0;
sub breach {
  my ($path, $line, $why) = @_;
  print "$path:$line: $why\n";
  $breaches++;
}

sub without_comments_and_strings {
  my ($line) = @_;
  $line =~ s/"(?:\\.|[^"\\])*"/""/g;
  $line =~ s{//.*}{};
  $line =~ s{/\*.*?(?:\*/|$)}{}g;
  $line =~ s/^\s*\*\s.*//;
  return $line;
}

sub check_size_and_shape {
  my ($path, $lines) = @_;
  my $length = @$lines;
  breach($path, $length, "$length lines; split it at $file_max") if $length > $file_max;
  my $is_header = $path =~ /\.h$/;
  breach($path, $length, "$length lines; a header ends at $header_max")
    if $is_header && $length > $header_max;
  my $top = join '', @$lines[0 .. ($length > 1 ? 1 : $length - 1)];
  breach($path, 1, 'no SPDX-License-Identifier line')
    if $top !~ /SPDX-License-Identifier: Apache-2\.0/;
  breach($path, 1, 'no #pragma once')
    if $is_header && !grep { /^#pragma once|^#ifndef \w+_H_?$/ } @$lines;
  for my $number (0 .. $#$lines) {
    # Lists of files and shell one-liners are read by machines as much as by people.
    next if $path !~ /\.(cc|h|c|java|inc)$/;
    next if length($lines->[$number]) <= $line_max + 1 || $lines->[$number] =~ m{https?://\S{40}};
    breach($path, $number + 1, "longer than $line_max columns");
  }
}

sub check_file {
  my ($path) = @_;
  open my $file, '<', "$root/$path" or return;
  my @lines = <$file>;
  close $file;
  check_size_and_shape($path, \@lines) if $path =~ $source;
  my @in_force = grep { $path =~ $_->[1] && $path !~ $_->[2] } @rules;
  for my $number (0 .. $#lines) {
    my $code;
    for my $rule (@in_force) {
      my ($kind, undef, undef, $banned, $why) = @$rule;
      $code //= without_comments_and_strings($lines[$number]) if $kind eq 'code';
      breach($path, $number + 1, $why) if ($kind eq 'code' ? $code : $lines[$number]) =~ $banned;
    }
  }
}

open my $list, '-|', 'git', '-C', $root, 'ls-files', '--cached', '--others',
  '--exclude-standard' or die "git ls-files: $!";
chomp(my @paths = <$list>);
# Text only: pictures and golden files may hold any bytes.
check_file($_) for grep { -f "$root/$_" && -T "$root/$_" } @paths;
exit($breaches > 0 ? 1 : 0);
