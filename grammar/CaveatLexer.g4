// The shapes of Caveat's text: words, numbers, texts, signs, line ends, comments. No keyword stands here: a word becomes a
// keyword in engine/syntax/tokens.cc, from grammar/keywords.def, because whether it is one depends on where it stands.
//
// The lexer never sees a letter beyond ASCII. engine/syntax/letters.cc shows it one stand-in a code point (the lexer's
// automaton is quick on ASCII only, and Chinese would cost it seven times as much):
//   1 a Chinese character      2 another letter, mark or digit    3 the stop 。
//   4 ≥   5 ≤   6 ≠   7 ～      0E “   0F ”   10 「   11 」   12 《   13 》     14 any other sign
// Full-width ASCII signs are shown as their ASCII sign.
lexer grammar CaveatLexer;

// The keywords: one name for each line of keywords.def, and the kinds of unit that units.def tells apart.
tokens {
  // declarations
  PACK, USE, SOURCE, SCALE, LEXICON, DEFINE, TOPIC, FACTS, WORDING, RULE, TABLE, GUARANTEE, EXAMPLE, QUEUE, PARAMETER, CALENDAR,
  REQUIREMENT, DATA, EVENT,
  // whatever has a name or a text
  ALSO, EN, ZH,
  // pack
  TITLE, JURISDICTION, TIME_ZONE, VERSION, DEFAULT_QUEUE, DEFAULT_IF_UNKNOWN, DATA_CLASSES, REFUSE_CLASS, REFUSE, CLASS_INFO,
  // source
  ARTICLE, PARAGRAPH, ITEM, SECTION, READS, LINK, ENTRY, IN_FORCE_FROM, IN_FORCE_UNTIL, FROM, SINCE, UNTIL, UP_TO, ORDINAL, ORDINAL_WORD,
  LAW, STANDARD, POLICY,
  // lexicon
  BUT_NOT, FROM_FILE, EXACT_CASE, EXACT_FORM, AS,
  // facts
  MAX_AGE, ASSESSED, DATA_CLASS, ASK, 
  // types
  T_YES_NO, T_INTEGER, T_DECIMAL, T_PERCENT, T_MONEY, T_TEXT, T_DATE, T_INSTANT, T_TIME_OF_DAY, T_DURATION, ONE_OF, LIST_OF, T_RECORD,
  COUNTED_IN_YEARS_OLD, T_ZONE,
  // clauses of a rule
  CITES, OWNER, APPLIES_TO, AS_A_WHOLE, WHEN, UNLESS, THEN, BECAUSE, IF_UNKNOWN, EXCEPTION_TO, OPEN_TO_EXCEPTIONS, STATUS_SHADOW,
  ROLLOUT, BY, VISIBLE_TO, CONFIDENTIAL, TRUST_INFERRED, SAY, ON, BY_KEY,
  // effects
  ALLOW, BLOCK, REDACT, CLASS, KEEP_FIRST, KEEP_LAST, AND_LAST, FULL, LABEL, DISCLOSE, AT_START, AT_END,
  ONCE_PER_CONVERSATION, ONCE_PER_DAY, REPLACE_ANSWER, REPLACE_MATCH, REQUIRE, HAND_OFF, FLAG, ALERT, PASS, ALSO_DO, PRIORITY,
  AT_LEAST,
  // queue, calendar, requirement, data, parameter
  HOURS, ALWAYS, SKILLS, LANGUAGES, DUE, OVERFLOW_TO, WHEN_CLOSED_SAY, CALL_BACK, COVERS, WORKING_DAYS, CLOSED, OPEN, PROOF,
  VALID_FOR, KEYED_BY, NAMED_BY, REVIEW_BY, LOWER_IS_STRICTER, HIGHER_IS_STRICTER,
  // example
  GIVEN, EARLIER, AT, AFTER, EXPECT, FINAL_TEXT, LEFT,
  // conditions
  IS, IS_NOT, GE, LE, GT, LT, BETWEEN, BETWEEN_END, WITH, IS_ONE_OF, IS_NONE_OF, INCLUDES, NOT_INCLUDES, INCLUDES_ANY, INCLUDES_ALL,
  IS_EMPTY, IS_NOT_EMPTY, IS_KNOWN, IS_UNKNOWN, AND, OR, NOT, ALL_OF, ANY_OF, NONE_OF, AT_LEAST_OF, YES, NO, ANY, EVERY, IN, FOR,
  WHERE, EXISTS, NOT_EXISTS, EACH, EACH_SATISFIES, TAKEN_FROM, COUNT_OF, SUM_OF, HIGHEST_OF, LOWEST_OF, OF, OF_SHARE,
  AS_PERCENT_OF, SHARE_IN, SHARE_END, ROUNDED_TO, DIFFERS_FROM, BY_MORE_THAN, DIFFERS_BY, AGO_FROM_NOW, WITHIN_LAST, WITHIN_NEXT,
  IN_NEXT, FULL_YEARS_SINCE, FULL_YEARS_TO_NOW, IS_WORKING_DAY, IS_NOT_WORKING_DAY, WEEKDAY, WITHIN, CONTAINS, CONTAINS_ANY, CONTAINS_ALL, LACKS,
  CLAIMS, CLAIMS_ANY, NOT_CLAIMS, NOT_CLAIMS_ANY, MATCHES, NOT_MATCHES, MENTIONS, NOT_MENTIONS, MENTIONS_ANY_OF_CLASS,
  NOT_MENTIONS_ANY_OF_CLASS, OTHER_THAN, EXCEPT, NEAR, APART, PERCENTS_OF, AMOUNTS_OF, DATES_OF, DURATIONS_OF, SAID_PERCENTS,
  SAID_AMOUNTS, SAID_DATES, SAID_DURATIONS, IN_THIS_CONVERSATION, FOR_THIS_CUSTOMER, ACROSS_CUSTOMERS, ON_THE_SAME_DAY, THIS_CONVERSATION,
  THIS_CUSTOMER, ALL_CUSTOMERS, SAME_DAY, MORE_THAN, FEWER_THAN, AT_MOST, THE_SAME_QUESTION, OTHERWISE, UNKNOWN, EMPTY,
  // units and what may follow a number (units.def)
  MAGNITUDE, CURRENCY, SHARE_UNIT, TIME_UNIT, COUNT_UNIT, AGO, OR_MORE, OR_LESS, INSIDE, ONWARD, IN_FORCE, END_DAY,
  PARTS_OF,  // 千分之, 万分之, 百分之
  // made by the token filter
  PATTERN, LINE, INDENT, DEDENT, DATE_WORDS
}

WORD     : ( HAN | LETTER ( LETTER | [0-9] )* )+ ;
INSTANT  : DAY 'T' CLOCK ( ':' [0-9] [0-9] ( '.' [0-9]+ )? )? ( 'Z' | [+\-] [0-9] [0-9] ':' [0-9] [0-9] )? ;
DATE     : DAY ;
TIME     : CLOCK ;
NUMBER   : [0-9] [0-9_]* ( '.' [0-9]+ )? ;

TEXT     : '"' ( '""' | ~["\r\n] )* '"'
         | '\u000E' ( '\u000F\u000F' | ~[\u000F\r\n] )* '\u000F'
         | '\u0010' ( '\u0011\u0011' | ~[\u0011\r\n] )* '\u0011'
         | '\u0012' ( '\u0013\u0013' | ~[\u0013\r\n] )* '\u0013' ;
UNCLOSED : '"' ( '""' | ~["\r\n] )*
         | '\u000E' ( '\u000F\u000F' | ~[\u000F\r\n] )*
         | '\u0010' ( '\u0011\u0011' | ~[\u0011\r\n] )*
         | '\u0012' ( '\u0013\u0013' | ~[\u0013\r\n] )* ;

LPAREN : '(' ;  RPAREN : ')' ;  LBRACKET : '[' ;  RBRACKET : ']' ;
COMMA  : ',' ;  SEMICOLON : ';' ;  COLON : ':' ;  STOP : '\u0003' ;
RANGE  : '..' | '\u0007' ;  DOT : '.' ;
SIGN_GE : '>=' | '\u0004' ;  SIGN_LE : '<=' | '\u0005' ;  SIGN_NE : '!=' | '\u0006' ;
SIGN_GT : '>' ;  SIGN_LT : '<' ;  EQUALS : '=' ;
PLUS   : '+' ;  MINUS : '-' ;  TIMES : '*' ;  SLASH : '/' ;  PERCENT : '%' ;
BARS   : '||' ;  BAR : '|' ;

COMMENT : '#' ~[\r\n]* ;
NEWLINE : '\r'? '\n' | '\r' ;
BLANK   : [ \t]+ -> skip ;
STRAY   : . ;

fragment HAN    : '\u0001' ;
fragment LETTER : [A-Za-z_\u0002] ;
fragment DAY    : [0-9] [0-9] [0-9] [0-9] '-' [0-9] [0-9] '-' [0-9] [0-9] ;
fragment CLOCK  : [0-9] [0-9]? ':' [0-9] [0-9] ;
