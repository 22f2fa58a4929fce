// The declarations of Caveat, in the order of the language's page. One parse reads one declaration: everything from a word at
// the left margin to the next one. Both phrasings stand in one rule; where Chinese puts the words in another order, the rule
// has an alternative for each order. What a rule means is made in engine/syntax/lower_<area>.cc.
//
// Keep it LL(1) where it can be (the messages are best there) and never ambiguous: tests/engine/syntax/prediction_test.cc.
parser grammar CaveatParser;

options { tokenVocab = CaveatLexer; }

declaration
  : ( pack | use | source | scale | facts | lexicon | wording | define | topic | parameter | calendar | queue | requirement | data
    | event | policy | guarantee | example ) EOF
  ;

// ---- names and texts --------------------------------------------------------------------------------------------------

// A word that is a keyword elsewhere may name a thing wherever the grammar knows by place that a name is meant.
name
  : WORD | PACK | USE | SOURCE | SCALE | LEXICON | DEFINE | TOPIC | FACTS | WORDING | RULE | TABLE | GUARANTEE | EXAMPLE | QUEUE | PARAMETER
  | CALENDAR | REQUIREMENT | DATA | EVENT | TITLE | JURISDICTION | TIME_ZONE | VERSION | REFUSE | ARTICLE | PARAGRAPH | ITEM | SECTION | READS
  | LINK | ENTRY | LAW | STANDARD | POLICY | ASSESSED | ASK | T_INTEGER | T_DECIMAL | T_PERCENT | T_MONEY | T_TEXT | T_DATE
  | T_INSTANT | T_DURATION | T_RECORD | CITES | OWNER | CONFIDENTIAL | ALLOW | BLOCK | REDACT | CLASS | FULL | LABEL | DISCLOSE
  | REQUIRE | FLAG | ALERT | PASS | PRIORITY | HOURS | ALWAYS | SKILLS | LANGUAGES | DUE | COVERS | CLOSED | OPEN | PROOF | LEFT
  | WEEKDAY | DATA_CLASS | MAX_AGE | WORKING_DAYS | FINAL_TEXT
  ;
names     : name ( ALSO name )* ;
path      : name ( DOT name )* ;
paths     : path ( COMMA path )* ;
names_list : name ( COMMA name )* ;
local_text : ( EN | ZH )? TEXT ;
texts     : local_text+ ;
texts_or_wording : texts | ( EN | ZH )? path ;

// ---- pack, use, source ------------------------------------------------------------------------------------------------

pack      : PACK path ( ALSO name )* texts? ( LINE pack_line )* ;
pack_line : TITLE texts
          | JURISDICTION names_list
          | TIME_ZONE TEXT
          | VERSION TEXT
          | DEFAULT_QUEUE path
          | DEFAULT_IF_UNKNOWN effects
          | DATA_CLASSES name ( ( LT | SIGN_LT ) name )*
          | REFUSE_CLASS name
          | REFUSE name CLASS_INFO
          ;
use       : USE path TEXT? ;

source      : SOURCE names IS source_kind? TEXT ( LINE? source_line )* ;
source_kind : LAW | STANDARD | POLICY ;
source_line : ( ARTICLE | PARAGRAPH | ITEM | SECTION ) place_in_law
            | ORDINAL NUMBER COUNT_UNIT
            | ORDINAL_WORD
            | IN_FORCE_FROM day
            | IN_FORCE_UNTIL day
            | SINCE day IN_FORCE
            | UP_TO day END_DAY
            | UNTIL day
            | READS texts
            | LINK TEXT
            | ENTRY TEXT
            ;
place_in_law : NUMBER | TEXT | name ;

// ---- scale, facts, lexicon, wording -----------------------------------------------------------------------------------

scale : SCALE names IS LINE? level ( LINE? ( LT | SIGN_LT ) LINE? level )* ;
level : name ( ( EQUALS | ALSO ) name )* ;

facts       : FACTS names from_source? ( COMMA? max_age )? ( LINE fact_line )+ ;
from_source : FROM name ;
max_age     : MAX_AGE duration_slot ;
fact_line   : names fact_type ;
fact_type   : ONE_OF choices
            | ONE_OF LPAREN choices RPAREN fact_modifier*
            | LIST_OF ONE_OF choices
            | LIST_OF ONE_OF LPAREN choices RPAREN fact_modifier*
            | LIST_OF? T_RECORD fact_modifier* ( INDENT fact_line ( LINE fact_line )* DEDENT )?
            | LIST_OF* plain_type fact_modifier*
            ;
choices     : names ( COMMA names )* ;
plain_type  : T_YES_NO
            | T_INTEGER ( bound ( RANGE | UP_TO ) bound )? COUNTED_IN_YEARS_OLD?
            | T_DECIMAL ( bound ( RANGE | UP_TO ) bound )?
            | T_PERCENT ( bound ( RANGE | UP_TO ) bound )?
            | T_MONEY name?
            | T_TEXT | T_DATE | T_INSTANT | T_TIME_OF_DAY | TIME_ZONE | T_ZONE | T_DURATION
            | SCALE path
            ;
bound         : MINUS? number ;
fact_modifier : COMMA? ( ASSESSED | ( DATA_CLASS | DATA_CLASSES ) name | from_source | max_age | ASK texts ) ;

lexicon      : LEXICON names texts? lexicon_body ( LINE? lexicon_line )* ;
lexicon_body : IS LINE? terms
             | LINE? FROM_FILE TEXT
             ;
lexicon_line : BUT_NOT LINE? terms
             | EXACT_CASE
             | EXACT_FORM
             | FROM_FILE TEXT
             ;
terms        : local_text ( COMMA local_text )* ;

wording : WORDING names texts ;

// ---- define, topic, parameter, calendar -------------------------------------------------------------------------------

define    : DEFINE names texts? ( AS | IS ) condition ;
topic     : TOPIC names ( AS | IS ) condition ;
parameter : PARAMETER names sum ( COMMA BETWEEN sum ( AND sum | WITH sum BETWEEN_END ) )? ( COMMA ( LOWER_IS_STRICTER | HIGHER_IS_STRICTER ) )? ;

calendar      : CALENDAR names ( COVERS days_range )? ( LINE calendar_line )* ;
calendar_line : COVERS days_range
              | WORKING_DAYS WEEKDAY ( ( RANGE | UP_TO ) WEEKDAY )?
              | CLOSED days_range ( COMMA days_range )*
              | OPEN days_range ( COMMA days_range )*
              | FROM_FILE TEXT
              ;
days_range    : day ( ( RANGE | UP_TO ) day )? ;
day           : DATE | DATE_WORDS ;

// ---- queue, requirement, data, event ----------------------------------------------------------------------------------

queue      : QUEUE names texts? ( LINE queue_line )* ;
queue_line : HOURS ( ALWAYS | hours ( COMMA hours )* )
           | ALWAYS
           | TITLE texts
           | CALENDAR path
           | SKILLS names_list
           | LANGUAGES language_list
           | PRIORITY name
           | DUE duration_slot
           | OVERFLOW_TO path
           | SAY texts
           | WHEN_CLOSED_SAY texts
           | CALL_BACK
           ;
language_list : ( name | EN | ZH ) ( COMMA ( name | EN | ZH ) )* ;
hours      : ( WEEKDAY ( ( RANGE | UP_TO ) WEEKDAY )? )? TIME ( RANGE | UP_TO ) TIME ;

requirement      : REQUIREMENT names texts? ( LINE requirement_line )* ;
requirement_line : TITLE texts
                 | ASK texts
                 | PROOF names_list
                 | FROM names_list
                 | VALID_FOR validity ( COMMA validity )*
                 ;
validity         : name | NUMBER TIME_UNIT ;

data      : DATA names KEYED_BY path ( COMMA NAMED_BY paths ( COMMA review_by )? | COMMA review_by ( COMMA NAMED_BY paths )? )? ;
review_by : REVIEW_BY day ;
event : EVENT names ;

// ---- rule (`rule` is a word of the parser's own) ----------------------------------------------------------------------

policy : RULE names texts? clause* ;
clause : CITES paths
       | OWNER names_list
       | APPLIES_TO subject ( COMMA subject )*
       | FROM day
       | SINCE day ONWARD
       | UNTIL day
       | UP_TO day END_DAY
       | EXCEPTION_TO path
       | OPEN_TO_EXCEPTIONS
       | STATUS_SHADOW
       | ROLLOUT sum ( BY path | BY_KEY path )
       | VISIBLE_TO names_list
       | CONFIDENTIAL
       | TRUST_INFERRED
       | WHEN condition
       | UNLESS condition
       | THEN effects
       | IF_UNKNOWN effects
       | BECAUSE texts
       | SAY ( ( ON | AT ) name )? texts_or_wording
       ;
subject : name AS_A_WHOLE? ;

guarantee : GUARANTEE names texts? WHEN condition THEN AT_LEAST name ;

// ---- effects ----------------------------------------------------------------------------------------------------------

effects : effect ( ( AND | ALSO_DO ) effect )* ;
effect  : ALLOW
        | BLOCK
        | PASS
        | REDACT redacted ( COMMA keep )?
        | DISCLOSE path ( AT_START | AT_END )? ( COMMA ( ONCE_PER_CONVERSATION | ONCE_PER_DAY ) )?
        | REPLACE_ANSWER texts_or_wording
        | REPLACE_MATCH texts_or_wording
        | REQUIRE path
        | HAND_OFF path ( COMMA handoff_part )*
        | FLAG path
        | ALERT path
        ;
redacted : CLASS name | name CLASS_INFO | path ;
keep     : FULL
         | LABEL
         | KEEP_LAST NUMBER COUNT_UNIT?
         | KEEP_FIRST NUMBER COUNT_UNIT? ( ( AND_LAST | COMMA AND_LAST ) NUMBER COUNT_UNIT? )?
         ;
handoff_part : PRIORITY name | WITHIN duration_slot | duration_slot INSIDE ;

// ---- examples ---------------------------------------------------------------------------------------------------------

example : EXAMPLE texts ( LINE ( GIVEN | AFTER | EARLIER ) turn )* LINE EXPECT expectation ;
turn    : name ( AT moment )? ( ( COMMA | LINE ) pair )* ;
pair    : path given_value ;
given_value : sum | LBRACKET ( given_item ( COMMA given_item )* )? RBRACKET | UNKNOWN | IS_UNKNOWN ;
given_item  : LPAREN row_pair ( COMMA row_pair )* RPAREN | sum ;
row_pair    : name given_value ;
moment      : INSTANT | DATE | DATE_WORDS ;
expectation : name ( BY paths )? ( ( COMMA | LINE ) ( FINAL_TEXT texts | LEFT local_text ( COMMA local_text )* ) )* ;

// ---- conditions -------------------------------------------------------------------------------------------------------

condition : term ( ( AND term )+ | ( OR term )+ )? ;
term      : NOT? ( comparison | any_in_list | window ) ;

comparison : sum tail? ;
tail : ( IS | EQUALS ) sum ( OR_MORE | OR_LESS | INSIDE | ( RANGE | UP_TO ) sum )?
     | number ( OR_MORE | OR_LESS | INSIDE | ( RANGE | UP_TO ) number )
     | ( IS_NOT | SIGN_NE ) sum
     | ( GE | SIGN_GE | LE | SIGN_LE | GT | SIGN_GT | LT | SIGN_LT | AT_LEAST | AT_MOST | MORE_THAN | FEWER_THAN | AFTER ) sum AGO?
     | BETWEEN sum ( AND sum ( IN zone )? | WITH sum BETWEEN_END )
     | ( IS_ONE_OF | IS_NONE_OF ) items
     | ( INCLUDES | NOT_INCLUDES ) sum
     | ( INCLUDES_ANY | INCLUDES_ALL ) items
     | IS_EMPTY | IS_NOT_EMPTY | IS_KNOWN | IS_UNKNOWN | UNKNOWN
     | DIFFERS_FROM sum BY_MORE_THAN sum
     | WITH sum DIFFERS_BY GT sum
     | AGO_FROM_NOW ( GT | GE | LE ) sum
     | ( WITHIN_LAST | WITHIN_NEXT ) duration_slot
     | IN_NEXT duration_slot INSIDE
     | IS_WORKING_DAY | IS_NOT_WORKING_DAY
     | ( CONTAINS | LACKS ) searched
     | ( CONTAINS_ANY | CONTAINS_ALL | CLAIMS | CLAIMS_ANY | NOT_CLAIMS | NOT_CLAIMS_ANY ) searched_items
     | ( MATCHES | NOT_MATCHES ) PATTERN
     | ( MENTIONS | NOT_MENTIONS ) mentioned
     | ( MENTIONS_ANY_OF_CLASS | NOT_MENTIONS_ANY_OF_CLASS ) name
     | IN ( EXISTS name | NOT_EXISTS name | EACH name ) satisfies
     ;
satisfies : ( WHERE | EACH_SATISFIES ) comparison ;
items     : sum ( COMMA sum )* ;
searched  : searched_item ( NEAR searched_item WITHIN sum
                          | WITH searched_item APART sum ( OR_LESS | INSIDE )?
                          )? ;
searched_items : searched_item ( COMMA searched_item )* ;
searched_item  : TEXT | path ;
mentioned      : path ( OTHER_THAN path | EXCEPT path | CLASS_INFO )? ;

any_in_list : ( ANY | EVERY | NO ) name IN sum WHERE comparison ;

// at least 3 answers in this conversation within 10 minutes where (…)      本次会话 10 分钟 内 至少 3 次 回答 满足（…）
window       : ( AT_LEAST | MORE_THAN | AT_MOST | FEWER_THAN | GE | LE | GT | LT ) sum name window_scope? ( WITHIN duration_slot )? ON_THE_SAME_DAY? window_where?
             | ( THIS_CONVERSATION | THIS_CUSTOMER | ALL_CUSTOMERS ) ( duration_slot INSIDE | SAME_DAY )? ( AT_LEAST | AT_MOST | GE | LE | GT | LT ) window_count name window_where?
             | THE_SAME_QUESTION ( AT_LEAST | GE ) sum WORD?
             ;
window_count : number | path WORD? ;
window_scope : IN_THIS_CONVERSATION | FOR_THIS_CUSTOMER | ACROSS_CUSTOMERS ;
window_where : WHERE comparison ;

// ---- values -----------------------------------------------------------------------------------------------------------

sum     : product ( ( PLUS | MINUS ) product )* ;
product : share ( ( TIMES | SLASH ) share )* ;
share   : operand share_tail* ;
share_tail : OF_SHARE ( number | atom )
           | AS_PERCENT_OF operand
           | SHARE_IN operand SHARE_END
           | ROUNDED_TO sum_slot
           | ( SAID_PERCENTS | SAID_AMOUNTS | SAID_DATES | SAID_DURATIONS ) ( NEAR TEXT )?
           | FULL_YEARS_TO_NOW
           ;
sum_slot : number | path ;
operand : MINUS? ( number | atom ) ( OF atom )? ;
atom    : path
        | TEXT | DATE | DATE_WORDS | INSTANT | TIME
        | YES | NO | ANY
        | LPAREN condition RPAREN
        | ( ALL_OF | ANY_OF | NONE_OF ) LPAREN condition ( SEMICOLON condition )* SEMICOLON? RPAREN
        | ( AT_LEAST_OF | AT_LEAST ) number_or_name OF? LPAREN condition ( SEMICOLON condition )* SEMICOLON? RPAREN
        | ( COUNT_OF | SUM_OF | HIGHEST_OF | LOWEST_OF ) aggregate
        | ( PERCENTS_OF | AMOUNTS_OF | DATES_OF | DURATIONS_OF ) path ( NEAR TEXT )?
        | FULL_YEARS_SINCE atom
        | BY_KEY zone COMMA atom
        ;
zone    : path | TEXT ;
number_or_name : NUMBER COUNT_UNIT? | name WORD? ;
aggregate      : LPAREN sum ( FOR name IN sum ( WHERE comparison )? | COMMA name TAKEN_FROM sum ( COMMA WHERE comparison )? )? RPAREN ;

number        : NUMBER MAGNITUDE* ( CURRENCY | SHARE_UNIT | TIME_UNIT | COUNT_UNIT | PERCENT )?
              | PARTS_OF NUMBER ;
duration_slot : NUMBER TIME_UNIT | path ;
