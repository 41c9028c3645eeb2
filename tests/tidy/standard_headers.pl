#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
# standard_headers.pl ROOT: prints every C++ file that uses a name of a standard header which neither
# the file nor anything of the project it includes asks for. Builds that read these headers
# beforehand (cmake/compiler.cmake) would never notice.
use strict;
use warnings;

my $root = shift // '.';
my %names = (
  algorithm => 'sort|stable_sort|find|find_if|any_of|all_of|none_of|lower_bound|upper_bound|max'
    . '|min|copy|fill|reverse|binary_search|equal|transform|min_element|max_element|count_if'
    . '|remove_if|is_sorted|equal_range|clamp|partition_point|rotate|unique|set_difference'
    . '|set_union|includes|replace|mismatch',
  array => 'array', atomic => 'atomic', chrono => 'chrono', deque => 'deque',
  cstring => 'memcpy|memcmp|memset|memmove|strlen|strcmp',
  functional => 'function|hash|less|greater|reference_wrapper|cref',
  map => 'map|multimap', memory => 'unique_ptr|shared_ptr|weak_ptr|make_unique|make_shared',
  optional => 'optional|nullopt', set => 'set|multiset', span => 'span',
  string => 'string|to_string', string_view => 'string_view', tuple => 'tuple|tie|make_tuple',
  unordered_map => 'unordered_map', variant => 'variant|visit|get_if|holds_alternative|monostate',
  vector => 'vector',
);
# What a header promises to bring along, or does on every compiler.
my %brings = (
  string => ['string_view'], map => ['tuple'], functional => [], memory => [],
  sstream => ['string', 'string_view'], regex => ['string', 'string_view'],
);

open my $list, '-|', 'git', '-C', $root, 'ls-files', '--cached', '--others',
  '--exclude-standard', '*.cc', '*.h', '*.inc' or die "git: $!";
chomp(my @paths = <$list>);
@paths = grep { -f "$root/$_" } @paths;
my (%code, %includes);
for my $path (@paths) {
  open my $file, '<', "$root/$path" or die "$path: $!";
  for my $line (<$file>) {
    push @{$includes{$path}}, $1 if $line =~ /^[ \t]*#[ \t]*include [<"]([^>"]+)[>"]/;
    $line =~ s{//.*}{};
    $line =~ s/"(?:\\.|[^"\\])*"/""/g;
    $code{$path} .= $line;
  }
}

# Every header the file asks for, directly or through the project's own.
sub asked_for {
  my ($path, $seen) = @_;
  for my $name (@{$includes{$path} // []}) {
    next if $seen->{$name}++;
    $seen->{$_}++ for @{$brings{$name} // []};
    asked_for($name, $seen) if exists $code{$name};
  }
  return $seen;
}

my $breaches = 0;
for my $path (@paths) {
  # Written to be included in the middle of another file.
  next if $path =~ /\.inc$/;
  my $asked = asked_for($path, {});
  for my $header (sort keys %names) {
    next if $asked->{$header} || $code{$path} !~ /\bstd::($names{$header})\b/;
    print "$path: uses std::$1 without #include <$header>\n";
    $breaches++;
  }
}
exit($breaches > 0 ? 1 : 0);
